import { beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { definePlugin, installationOnly, type Plugin } from '@sifaka/plugin-sdk';
import { testContext } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import { HostedPlugins, type ListedPlugin } from './hosted-plugins.js';
import { PluginHost } from './plugin-host.js';
import { pluginSettings } from './plugin-settings.js';
import { keepSecrets, redactedOptions, refuseReferences } from './stored-options.js';
import { examplePlugin, seen } from './test/example-plugin.js';

/** A key vault in memory. */
function memorySecrets() {
  const values = new Map<string, string>();
  const labels: string[] = [];
  return {
    values,
    labels,
    putSecrets: async (secrets: { value: string; label: string }[]) =>
      secrets.map(({ value, label }) => {
        const ref = `secret:00000000-0000-4000-8000-${String(values.size).padStart(12, '0')}`;
        values.set(ref, value);
        labels.push(label);
        return ref;
      }),
    resolveSecrets: async (refs: string[]) => refs.map((ref) => values.get(ref) ?? ''),
    deleteSecrets: async (refs: string[]) => refs.forEach((ref) => values.delete(ref)),
  };
}

const listed = (plugin: Plugin = examplePlugin(), disabledReason: string | null = null): ListedPlugin => ({ kind: plugin.kind, slug: plugin.slug, plugin, disabledReason });

function aHost({ plugins = [listed()], config = {} }: { plugins?: ListedPlugin[]; config?: object } = {}) {
  const secrets = memorySecrets();
  const hosted = new HostedPlugins(plugins, config);
  return { secrets, hosted, host: new PluginHost({ kind: 'dns', plugins: hosted, secrets, contextOf: () => testContext() }) };
}

const url = { name: 'url', value: 'https://dns.example/' };

/** One that may do what the administrator of the installation allowed. */
const boundPlugin = definePlugin({
  kind: 'dns',
  slug: 'bound-dns',
  title: 'Bound',
  description: 'Does what is allowed',
  version: '1.0.0',
  options: z.object({ zone: z.string().optional().describe('Zone'), folders: installationOnly('BOUND_FOLDERS', z.array(z.string()).describe('Folders that it may use')) }),
  create: (options) => {
    seen.made.push(options);
    return { zones: async () => [], addTxt: async () => undefined, removeTxt: async () => undefined };
  },
});

beforeEach(() => {
  Object.assign(seen, { made: [], closed: 0 });
});

describe('a host of plugins', () => {
  it('makes a plugin with its options, secrets in place of their references', async () => {
    const { host, secrets } = aHost();
    const stored = await host.withoutSecrets('example-dns', [url, { name: 'key', value: 'hunter2' }], 'provider P');
    expect(stored[1]).toEqual({ name: 'key', value: expect.stringMatching(/^secret:/) });
    expect(secrets.labels).toEqual(['provider P: key']);
    await host.make('example-dns', stored);
    expect(seen.made).toEqual([{ url: url.value, key: 'hunter2', retries: 3 }]);
  });

  it('has what only the installation sets from its configuration, whatever clients give', async () => {
    const { host, hosted } = aHost({ plugins: [listed(boundPlugin)], config: { boundFolders: ['/srv'] } });
    await host.make('bound-dns', [{ name: 'zone', value: 'z' }]);
    expect(seen.made).toEqual([{ zone: 'z', folders: ['/srv'] }]);
    await expect(host.make('bound-dns', [{ name: 'folders', value: ['/'] }])).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions.folders' }] });
    expect(hosted.entries()[0]?.pluginOptions.map(({ name }) => name)).toEqual(['zone']);
    const { host: bare } = aHost({ plugins: [listed(boundPlugin)] });
    await bare.make('bound-dns', []);
    expect(seen.made.at(-1)).toEqual({});
    expect(Object.entries(pluginSettings([boundPlugin])).map(([key, { env, describe: words }]) => [key, env[0], words])).toEqual([['boundFolders', 'SIFAKA_BOUND_FOLDERS', 'Plugin `bound-dns`: Folders that it may use.']]);
  });

  it('fills in what the installation has configured, unless it is given; its secrets at its own address alone', async () => {
    const { host } = aHost({ config: { exampleUrl: 'https://configured.example/', exampleRetries: 7, exampleKey: 'hunter2', exampleProfiles: { a: 'b' } } });
    await host.make('example-dns', [{ name: 'url', value: '' }, { name: 'key', value: null }]);
    await host.make('example-dns', [url, { name: 'retries', value: '1' }]);
    expect(seen.made).toEqual([
      { url: 'https://configured.example/', retries: 7, key: 'hunter2', profiles: { a: 'b' } },
      { url: url.value, retries: 1, profiles: { a: 'b' } },
    ]);
  });

  it('keeps an instance for as long as its options are the same, and closes all in the end', async () => {
    const { host } = aHost();
    const owner = { id: 1, version: 1, pluginSlug: 'example-dns', options: [url] };
    const first = await host.of(owner);
    expect(await host.of(owner)).toBe(first);
    expect(await host.of({ ...owner, version: 2 })).not.toBe(first);
    expect(seen.closed).toBe(0);
    host.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect([seen.made.length, seen.closed]).toEqual([2, 2]);
  });

  it('tries again after a fault', async () => {
    const { host } = aHost();
    const owner = { id: 1, version: 1, pluginSlug: 'example-dns' };
    await expect(host.of({ ...owner, options: [] })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions.url', message: 'required, but not given' }] });
    await expect(host.of({ ...owner, options: [url] })).resolves.toBeDefined();
  });

  it('says which plugins there are, and why one is not', () => {
    const { host } = aHost({ plugins: [listed(), { kind: 'dns', slug: 'sad-dns', plugin: null, disabledReason: 'package sad-dns is not installed' }] });
    expect(() => host.plugin('nobody')).toThrow(expect.objectContaining({ code: 'invalid_argument', message: 'there is no dns plugin "nobody"; there are example-dns' }));
    expect(() => host.plugin('sad-dns')).toThrow(expect.objectContaining({ code: 'failed_precondition', message: 'plugin "sad-dns" is disabled: package sad-dns is not installed' }));
  });

  it('lists what cannot be used with its reason, and leaves a slug to whoever had it first', () => {
    const broken = { ...examplePlugin(), slug: 'broken-dns', pluginOptions: () => { throw new Error('no schema'); } };
    const { hosted } = aHost({ plugins: [listed(), listed(broken), { kind: 'dns', slug: 'example-dns', plugin: null, disabledReason: 'x' }] });
    expect(hosted.entries()).toMatchObject([
      { slug: 'example-dns', isEnabled: true, disabledReason: null },
      { slug: 'broken-dns', isEnabled: false, disabledReason: expect.stringContaining('no schema') },
    ]);
    expect(hosted.view('gone')).toMatchObject({ slug: 'gone', description: 'This plugin is not installed' });
  });
});

describe('options that are about to be stored', () => {
  const prove = (fault: () => Error | Promise<never>, timeoutMs = 1_000) => aHost({ plugins: [listed(examplePlugin(fault))] }).host.prove('example-dns', [url], { timeoutMs });

  it.each(['failed_precondition', 'permission_denied'] as const)('are refused as an input when the other side says %s, in its words', async (code) => {
    await expect(prove(() => new AppError(code, 'the key may not sign', { reason: 'x.y' }))).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'x.y',
      fields: [{ path: 'plugin.pluginOptions', message: 'the key may not sign' }],
    });
    expect(seen.closed).toBe(1);
  });

  it('are not at fault when the other side is away or slow', async () => {
    await expect(prove(() => new AppError('unavailable', 'away'))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(prove(() => new Promise<never>(() => undefined), 20)).rejects.toMatchObject({ code: 'upstream_timeout', reason: 'plugin.check_timeout' });
  });

  it('are only looked at where nothing changed', async () => {
    const { host } = aHost({ plugins: [listed(examplePlugin(() => new Error('asked')))] });
    await expect(host.prove('example-dns', [url], { isAsked: false })).resolves.toBeUndefined();
  });

  it('may refer to secrets that stand there already, and to no others', () => {
    const [mine, other] = ['1', '2'].map((digit) => `secret:00000000-0000-4000-8000-00000000000${digit}`);
    const stored = [{ name: 'key', value: mine! }];
    expect(() => refuseReferences([{ name: 'key', value: mine! }], stored, 'options')).not.toThrow();
    expect(() => refuseReferences([{ name: 'key', value: other! }], stored, 'options')).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => refuseReferences([{ name: 'zone', value: mine! }], stored, 'options')).toThrow(AppError);
    expect(keepSecrets([{ name: 'key', value: null }, { name: 'zone', value: null }], stored)).toEqual([{ name: 'key', value: mine }, { name: 'zone', value: null }]);
    expect(redactedOptions([{ name: 'key', value: mine! }, { name: 'old', value: other! }, url], new Set(['key']))).toEqual([{ name: 'key', value: null }, { name: 'old', value: null }, url]);
  });
});
