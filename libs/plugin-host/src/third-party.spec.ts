import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { thirdPartyPlugins, thirdPartySettings } from './third-party.js';

const folders = [fileURLToPath(new URL('./test/packages', import.meta.url))];
const load = (packages: string[], version = '0.1.0') => thirdPartyPlugins({ packages, kinds: ['dns', 'destination'], version, folders });
const reasonOf = async (name: string) => (await load([name]))[0]?.disabledReason;

describe('plugins of other makers', () => {
  it('are loaded by the name of their package', async () => {
    const [good, ...others] = await load(['good-dns']);
    expect(good).toMatchObject({ kind: 'dns', slug: 'good-dns-provider', disabledReason: null, plugin: { title: 'Example' } });
    expect(others).toEqual([]);
  });

  it.each([
    ['missing', 'package missing is not installed'],
    ['old-dns', 'package old-dns is made for Sifaka >=9.0.0, this is 0.1.0'],
    ['rangeless', expect.stringContaining('for which versions it is made')],
    ['broken', 'package broken cannot be loaded: needs a library that is not there'],
    ['wrong-kind', 'package wrong-kind says that it is of kind dns, its plugin is of kind destination'],
    ['not-a-plugin', expect.stringContaining('no plugin as its default export')],
  ])('stay listed with the reason when they cannot be used: %s', async (name, reason) => {
    expect(await reasonOf(name)).toEqual(reason);
  });

  it('of kinds that another service hosts are not even imported', async () => {
    expect(await load(['an-issuer'])).toEqual([]);
  });

  it('are named by package names and nothing that leads elsewhere', () => {
    const accepts = (name: string) => thirdPartySettings.pluginPackages.schema.safeParse([name]).success;
    expect(['sifaka-dns-x', '@corp/sifaka-dns'].every(accepts)).toBe(true);
    expect(['../x', '/tmp/x', 'a/b', 'data:text/javascript,1', '@corp/../x', '@corp/a/b', '.hidden'].some(accepts)).toBe(false);
  });
});
