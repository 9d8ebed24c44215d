import { describe, expect, it } from '@jest/globals';
import type { PluginOption } from '@sifaka/contracts';
import { keptBelow, pluginInput, shownValue, titleOf, valuesOf } from './plugin-input.js';

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

describe('an export plugin as an option', () => {
  const format: PluginOption = { name: 'exportPlugin', type: 'export-plugin' };
  const exports = [{ slug: 'openssl-export', pluginOptions: options }];
  const stored = [{ name: 'exportPlugin', value: { slug: 'openssl-export', title: 'OpenSSL', pluginOptions: [{ name: 'type', value: 'legacy' }, { name: 'passphrase', value: null }] } }];

  it('is sent with its own options, and their defaults', () => {
    const values = { exportPlugin: { slug: 'openssl-export', values: { passphrase: 'correct horse' } } };
    expect(pluginInput('aws-s3', [format], values, { exports }).pluginOptions).toEqual([
      {
        name: 'exportPlugin',
        value: {
          slug: 'openssl-export',
          pluginOptions: [
            { name: 'type', value: 'PKCS12' },
            { name: 'parts', value: 'all' },
            { name: 'passphrase', value: 'correct horse' },
          ],
        },
      },
    ]);
    expect(pluginInput('aws-s3', [format], {}, { exports }).pluginOptions).toEqual([]);
  });

  it('is read as it is stored, and keeps its secrets only while it is the same plugin', () => {
    const kept = valuesOf(stored);
    expect(kept).toEqual({ exportPlugin: { slug: 'openssl-export', values: { type: 'legacy' } } });
    expect(pluginInput('aws-s3', [format], kept, { exports, kept }).pluginOptions[0]?.value).toEqual({
      slug: 'openssl-export',
      pluginOptions: [
        { name: 'type', value: 'legacy' },
        { name: 'parts', value: 'all' },
        { name: 'passphrase', value: null },
      ],
    });
    expect(keptBelow(kept, 'exportPlugin', 'java-export')).toBeNull();
  });
});

it('shows what is set up, and of secrets that they are kept', () => {
  expect(shownValue({ type: 'str', sensitive: true, value: null })).toBe('kept in the key vault');
  expect(shownValue({ type: 'bool', value: false })).toBe('no');
  expect(shownValue({ type: 'str', value: null })).toBeNull();
  expect(shownValue({ type: 'export-plugin', value: { slug: 'openssl-export' } })).toBe('openssl-export');
});
