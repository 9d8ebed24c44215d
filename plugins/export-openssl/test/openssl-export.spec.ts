import { describe, expect, it } from '@jest/globals';
import { parsePkcs12 } from '@sifaka/pki';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeWith, runPeer, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { legacyType, modernType } from '../src/options.js';

const path = testPath('RSA2048');
const exported = (...options: { name: string; value: unknown }[]) => plugin.create(parsePluginOptions(plugin, options), testContext()).export(path);
const type = { name: 'type', value: modernType };

describe('openssl-export', () => {
  it('offers the options that its clients know', () => {
    expect(plugin.pluginOptions()).toMatchObject([
      { name: 'type', type: 'select', required: true, available: ['PKCS12 (.p12)', 'legacy PKCS12 (.p12)'] },
      { name: 'passphrase', type: 'str', required: false, sensitive: true },
      { name: 'alias', type: 'str', required: false },
    ]);
    expect(plugin.requiresKey).toBe(true);
  });

  it('answers p12 and a passphrase of 24 letters, digits and signs', async () => {
    const file = await exported(type, { name: 'passphrase', value: '' }, { name: 'alias', value: '' });
    expect(file.extension).toBe('p12');
    expect(file.passphrase).toMatch(/^[A-Za-z0-9~!@#$%^&*()_+]{24}$/);
  });

  it('names the entry after the alias, else the common name', async () => {
    const named = async (...options: { name: string; value: unknown }[]) => {
      const file = await exported(type, ...options);
      return (await parsePkcs12(file.data, file.passphrase ?? '')).keys[0]?.friendlyName;
    };
    expect(await named()).toBe('www.example.test');
    expect(await named({ name: 'alias', value: 'Träger 1' })).toBe('Träger 1');
  });

  it('asks for the type', () => {
    expect(() => parsePluginOptions(plugin, [])).toThrow(/type: required/);
  });
});

describeWith('keytool')('Java', () => {
  it.each([modernType, legacyType])('opens a file of type %s', async (value) => {
    const file = await exported({ name: 'type', value });
    const listed = runPeer('keytool', ['-list', '-v', '-keystore', '@a.p12', '-storepass', file.passphrase ?? ''], { 'a.p12': file.data });
    expect(listed).toContain('Alias name: www.example.test');
    expect(listed).toContain('Certificate chain length: 3');
  });
});
