import { expect, it } from '@jest/globals';
import type { PluginOption } from '@sifaka/contracts';
import { pluginInput, titleOf } from './plugin-input.js';

const options: PluginOption[] = [
  { name: 'type', type: 'select', required: true, available: ['PKCS12', 'legacy'] },
  { name: 'parts', type: 'select', default: 'all', available: ['all', 'key'] },
  { name: 'passphrase', type: 'str', sensitive: true },
  { name: 'verify', type: 'bool' },
];

it('sends the defaults that the form shows and leaves out what is empty', () => {
  expect(pluginInput('openssl-export', options, {})).toEqual({
    slug: 'openssl-export',
    pluginOptions: [
      { name: 'type', value: 'PKCS12' },
      { name: 'parts', value: 'all' },
    ],
  });
});

it('says nothing of a switch that nobody touched, and its position when somebody did', () => {
  expect(pluginInput('x', options, { verify: false }).pluginOptions).toContainEqual({ name: 'verify', value: false });
  expect(pluginInput('x', [{ name: 'on', type: 'bool', default: true }], {}).pluginOptions).toEqual([{ name: 'on', value: true }]);
});

it('sends what was chosen in place of a default', () => {
  expect(pluginInput('x', options, { parts: 'key', passphrase: 'correct horse' }).pluginOptions).toContainEqual({
    name: 'passphrase',
    value: 'correct horse',
  });
});

it.each([
  ['keyFormat', 'Key format'],
  ['account_number', 'Account number'],
  ['acme_url', 'ACME URL'],
  ['verify_tls', 'Verify TLS'],
])('makes a title of %s', (name, title) => {
  expect(titleOf(name)).toBe(title);
});
