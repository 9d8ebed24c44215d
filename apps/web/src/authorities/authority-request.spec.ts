import { expect, it } from '@jest/globals';
import { AuthorityCreateInput } from '@sifaka/contracts';
import { emptyForm, fieldOf, requestOf } from './authority-request.js';

const form = { ...emptyForm, name: 'Example root', owner: 'pki@example.com', plugin: 'cryptography-issuer' };
const plugin = { slug: 'cryptography-issuer', pluginOptions: [] };

it('makes a request for a root that the API takes', () => {
  expect(AuthorityCreateInput.safeParse(requestOf(form, plugin)).error).toBeUndefined();
});

it('makes a request for an authority below another with as many below it as wished', () => {
  const request = requestOf({ ...form, type: 'subca', parent: '3', pathLength: '0', keyType: 'ECCSECP384R1' }, plugin);
  expect(AuthorityCreateInput.safeParse(request).error).toBeUndefined();
  expect(request).toMatchObject({
    parent: { id: 3 },
    signingAlgorithm: 'sha384WithECDSA',
    extensions: { basicConstraints: { path_length: 0 } },
    commonName: 'Example root',
  });
});

it('leaves no parent to a root that was a subordinate before the form was changed', () => {
  expect(requestOf({ ...form, parent: '3' }, plugin)).not.toHaveProperty('parent');
});

it.each([
  ['validityYears', 'years'],
  ['plugin.slug', 'plugin'],
  ['plugin.pluginOptions.url', null],
  ['parent', 'parent'],
  ['extensions.keyUsage', null],
])('finds the input of the refused path %s', (path, input) => {
  expect(fieldOf(path)).toBe(input);
});
