import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { PluginContext } from '../context.js';
import { definePlugin, type Plugin } from '../define-plugin.js';
import { dnsName, requireZoneOf, unquoteTxt } from '../dns/txt-record.js';
import { TxtSets } from '../dns/txt-sets.js';
import { HttpApi } from '../http/http-api.js';
import type { DnsProvider } from '../kinds/outbound.js';
import { secret } from '../options/option-schemas.js';
import { describeDnsProvider, dnsRecordChecks } from './dns-checks.js';
import { dnsFaultChecks } from './dns-fault-checks.js';
import type { DnsProviderSubject } from './dns-subject.js';

/** A far side that can only replace all values of a name. */
const stored = new Map<string, string[]>();
const zones = ['example.test', 'child.example.test'];

function answer(request: IncomingMessage, response: ServerResponse): void {
  let text = '';
  request.on('data', (chunk) => (text += String(chunk)));
  request.on('end', () => {
    const say = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    if (request.headers['x-key'] !== 'right-key') return void say(401, { message: `key ${String(request.headers['x-key'])} is wrong` });
    if (request.url === '/zones') return void say(200, zones);
    const [, name = ''] = request.url?.split('/') ?? [];
    if (request.method === 'PUT') stored.set(name, z.array(z.string()).parse(JSON.parse(text)));
    say(200, stored.get(name) ?? []);
  });
}

const server = createServer(answer);
const url = await new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`));
});
afterAll(() => {
  server.close();
});
beforeEach(() => stored.clear());

const Options = z.object({ url: z.url().describe('Address'), key: secret().describe('Key') });

function sound({ url: at, key }: z.output<typeof Options>, context: PluginContext): DnsProvider {
  const api = new HttpApi({ name: 'Sample', url: at, headers: { 'x-key': key }, secrets: [key], context });
  const list = () => api.read(z.array(z.string()), '/zones');
  const read = (name: string) => api.read(z.array(z.string()), `/${name}`);
  const write = async (name: string, json: readonly string[]) => {
    await api.send(`/${name}`, { method: 'PUT', json });
  };
  const sets = new TxtSets({ provider: 'Sample', signal: context.signal, settleMs: 60, store: { read, write } });
  return {
    check: async () => {
      await list();
    },
    zones: list,
    addTxt: async ({ name, value, ttlSeconds }) => {
      requireZoneOf(name, await list(), 'Sample');
      await sets.add(dnsName(name), value, ttlSeconds);
    },
    removeTxt: async ({ name, value }) => sets.remove(dnsName(name), value),
  };
}

type Spoil = (provider: DnsProvider, context: PluginContext, options: z.output<typeof Options>) => Partial<DnsProvider>;

const subjectOf = (spoil: Spoil): DnsProviderSubject => {
  const plugin: Plugin<'dns'> = definePlugin({
    kind: 'dns',
    slug: 'sample-dns',
    title: 'Sample',
    description: 'A plugin to test the suite with',
    version: '1.0.0',
    options: Options,
    create: (options, context) => {
      const provider = sound(options, context);
      return { ...provider, ...spoil(provider, context, options) };
    },
  });
  return {
    plugin,
    options: [{ name: 'url', value: url }, { name: 'key', value: 'right-key' }],
    zone: 'example.test',
    childZone: 'child.example.test',
    zones,
    read: (name) => stored.get(name) ?? [],
    wrongCredentials: [{ name: 'key', value: 'wrong-key' }],
    at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
    speaks: 'http',
  };
};

describeDnsProvider(subjectOf(() => ({})));

async function failing(spoil: Spoil, only: RegExp): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of [...dnsRecordChecks, ...dnsFaultChecks].filter((check) => only.test(check.title))) {
    stored.clear();
    await Promise.resolve(run(subjectOf(spoil))).catch(() => failed.push(title));
  }
  return failed;
}

const overwrite = async (context: PluginContext, at: string, key: string, name: string, change: (values: string[]) => string[]) => {
  const send = async (init: RequestInit) => z.array(z.string()).parse(await (await context.fetch(`${at}/${name}`, { ...init, headers: { 'x-key': key } })).json());
  await send({ method: 'PUT', body: JSON.stringify(change(await send({}))) });
};

describe('the suite of DNS plugins fails for', () => {
  it.each<[string, Spoil, RegExp]>([
    ['one that replaces the other values', (_provider, context, { url: at, key }) => ({ addTxt: ({ name, value }) => overwrite(context, at, key, dnsName(name), () => [value]) }), /side by side/],
    ['one that removes the whole set', (_provider, context, { url: at, key }) => ({ removeTxt: ({ name }) => overwrite(context, at, key, dnsName(name), () => []) }), /side by side/],
    ['one that adds a value twice', (_provider, context, { url: at, key }) => ({ addTxt: ({ name, value }) => overwrite(context, at, key, dnsName(name), (values) => [...values, value]) }), /adding or removing again/],
    ['one that reads and writes without looking back', (_provider, context, { url: at, key }) => ({ addTxt: ({ name, value }) => overwrite(context, at, key, dnsName(name), (values) => [...new Set([...values, value])]) }), /20 values/],
    ['one that takes names outside its zones', (_provider, context, { url: at, key }) => ({ addTxt: ({ name, value }) => overwrite(context, at, key, dnsName(name), () => [value]) }), /none of its zones/],
    ['one that keeps the case of names', (provider, context, { url: at, key }) => ({ addTxt: (record) => (/[A-Z]/.test(record.name) ? overwrite(context, at, key, record.name, () => [record.value]) : provider.addTxt(record)) }), /deep names/],
    ['one that lists zones with a dot', (provider) => ({ zones: async () => (await provider.zones()).map((zone) => `${zone}.`) }), /lists every zone/],
    ['one that lists the first page', (provider) => ({ zones: async () => (await provider.zones()).slice(0, 1) }), /lists every zone/],
    ['one that loses quotes', (provider) => ({ addTxt: (record) => provider.addTxt({ ...record, value: unquoteTxt(record.value) }) }), /keeps quotes/],
    ['one that cannot be checked', () => ({ check: undefined }), /proves that|wrong credentials/],
    ['one that checks nothing', () => ({ check: async () => {} }), /wrong credentials/],
    ['one that shows its secret', (provider, _context, { key }) => ({ check: () => provider.check!().catch((error: unknown) => Promise.reject(new AppError('permission_denied', `${String(error)} ${key}`))) }), /wrong credentials/],
    ['one that logs its secret', (provider, context, { key }) => ({ addTxt: (record) => (context.logger.info(`with ${key}`), provider.addTxt(record)) }), /logs none/],
    ['one that throws what fetch throws', (_provider, context, { url: at }) => ({ check: () => context.fetch(at).then(() => undefined) }), /away is unavailable/],
    ['one that hides the guard', (provider) => ({ zones: () => provider.zones().catch(() => Promise.reject(new AppError('unavailable', 'no answer'))) }), /guard/],
    ['one that waits for ever', (provider, context, { url: at }) => ({ addTxt: async (record) => (await context.fetch(at).catch(() => {}), provider.addTxt(record)) }), /stops a call/],
    ['one that calls every fault the same', (provider) => ({ zones: () => provider.zones().catch(() => Promise.reject(new AppError('upstream_failed', 'failed'))) }), /too many requests/],
  ])('%s', async (_what, spoil, title) => {
    expect(await failing(spoil, title)).not.toEqual([]);
  });
});
