import { describe, expect, it } from '@jest/globals';
import { configReference, defineConfig, loadConfig } from '@sifaka/config';
import { HostedPlugins } from './hosted-plugins.js';
import { pluginSettings, withPluginSettings } from './plugin-settings.js';
import { examplePlugin } from './test/example-plugin.js';

const plugin = examplePlugin();
const definition = withPluginSettings(defineConfig('acme', {}), [plugin]);
const base = { DATABASE_URL: 'postgres://localhost/sifaka', NATS_URL: 'nats://localhost:4222', SIFAKA_CALLER_PUBLIC_KEY: 'k' };
const configOf = (env: Record<string, string>) => loadConfig(definition, { env: { ...base, ...env } });
const entryOf = (config: object) => new HostedPlugins([{ kind: 'dns', slug: plugin.slug, plugin, disabledReason: null }], config).entries()[0];

describe('settings that plugins bring along', () => {
  it('have the name of Lemur and our own, and are secret where the option is', () => {
    const settings = pluginSettings([plugin]);
    expect(Object.entries(settings).map(([key, { env, secret }]) => [key, env, secret])).toEqual([
      ['exampleUrl', ['SIFAKA_EXAMPLE_URL', 'EXAMPLE_URL'], false],
      ['exampleKey', ['SIFAKA_EXAMPLE_KEY', 'LEMUR_EXAMPLE_KEY'], true],
      ['exampleRetries', ['SIFAKA_EXAMPLE_RETRIES', 'EXAMPLE_RETRIES'], false],
      ['exampleProfiles', ['SIFAKA_EXAMPLE_PROFILES', 'EXAMPLE_PROFILES'], false],
    ]);
  });

  it('are optional, and checked as the option is, with no secret in the fault', () => {
    expect(Reflect.get(configOf({}), 'exampleRetries')).toBeUndefined();
    const read = configOf({ EXAMPLE_RETRIES: '5', SIFAKA_EXAMPLE_PROFILES: '{"a":"b"}' });
    expect([Reflect.get(read, 'exampleRetries'), Reflect.get(read, 'exampleProfiles')]).toEqual([5, { a: 'b' }]);
    expect(() => configOf({ EXAMPLE_RETRIES: '50' })).toThrow('EXAMPLE_RETRIES: 50');
    expect(() => configOf({ LEMUR_EXAMPLE_KEY: 'ab' })).toThrow(/LEMUR_EXAMPLE_KEY: \[redacted\]/);
  });

  it('are one setting when several plugins name it', () => {
    expect(Object.keys(pluginSettings([plugin, plugin]))).toHaveLength(4);
  });

  it('stand in the reference of the configuration', () => {
    expect(configReference([definition])).toContain('| `exampleUrl` | `SIFAKA_EXAMPLE_URL`, `EXAMPLE_URL` | none | Option `url` of plugin `example-dns` where it is not given: Address. |');
  });

  it('make the option a free one in forms, and never show in them', () => {
    const bare = entryOf(configOf({}))?.pluginOptions.find(({ name }) => name === 'url');
    const entry = entryOf(configOf({ EXAMPLE_URL: 'https://inside.example/', LEMUR_EXAMPLE_KEY: 'hunter2' }));
    expect(bare).toMatchObject({ required: true, helpMessage: 'Address' });
    expect(entry?.pluginOptions.find(({ name }) => name === 'url')).toMatchObject({ required: false, helpMessage: 'Address (left empty: SIFAKA_EXAMPLE_URL of this installation)' });
    expect(JSON.stringify(entry)).not.toMatch(/hunter2|inside\.example/);
  });
});
