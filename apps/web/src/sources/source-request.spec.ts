import { expect, it } from '@jest/globals';
import { SourceInput, type SourceView } from '@sifaka/contracts';
import { emptySource, fieldOf, formOf, requestOf, switched } from './source-request.js';

const plugin = { slug: 'vault-source', title: 'Vault', description: '', pluginOptions: [] };
const source: SourceView = {
  id: 3,
  label: 'vault',
  description: 'prod',
  plugin,
  options: [
    { name: 'url', type: 'str', required: true, value: 'https://vault.example.test' },
    { name: 'token', type: 'str', required: true, sensitive: true, value: null },
  ],
  active: true,
  schedule: '5 */3 * * *',
  owner: 'pki@example.test',
  lastRun: null,
  lastSync: null,
  nextRunAt: null,
};

it('leaves the schedule to the platform unless one was chosen', () => {
  const asked = { ...emptySource, label: ' net ', slug: 'network-source' };
  expect(requestOf(asked, { slug: 'network-source' })).toEqual({ label: 'net', description: '', plugin: { slug: 'network-source' }, active: true });
  expect(requestOf({ ...asked, preset: 'never' }, { slug: 'x' })).toMatchObject({ schedule: null });
  expect(requestOf({ ...asked, preset: 'other', cron: ' 1 2 * * * ' }, { slug: 'x' })).toMatchObject({ schedule: '1 2 * * *' });
});

it('switches a source without touching anything else of it', () => {
  const request = switched(source, false);
  expect(SourceInput.safeParse(request).error).toBeUndefined();
  expect(request).toMatchObject({ label: 'vault', active: false, schedule: '5 */3 * * *', owner: 'pki@example.test' });
  expect(request.plugin.pluginOptions).toEqual([
    { name: 'url', value: 'https://vault.example.test' },
    { name: 'token', value: null },
  ]);
});

it('shows a schedule of its own as such', () => {
  expect(formOf({ ...source, schedule: '1 2 3 * *' })).toMatchObject({ preset: 'other', cron: '1 2 3 * *' });
  expect(formOf({ ...source, schedule: null })).toMatchObject({ preset: 'never' });
});

it('finds the input of a refused path', () => {
  expect(fieldOf('schedule')).toBe('cron');
  expect(fieldOf('plugin.slug')).toBe('slug');
  expect(fieldOf('plugin.pluginOptions.hosts')).toBeNull();
});
