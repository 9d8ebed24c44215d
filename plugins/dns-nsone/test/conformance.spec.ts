import { afterAll, describe, expect, it } from '@jest/globals';
import { describeDnsProvider, loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { apiKey, startNsone } from './nsone-stand-in.js';

const zones = ['acme.test', 'child.acme.test', ...Array.from({ length: 120 }, (_each, index) => `zone-${index}.test`)];
const peer = await startNsone([
  ...zones.map((zone) => ({ zone, primary: { enabled: true } })),
  { zone: 'plain.test', primary: { enabled: false } },
  { zone: 'copy.acme.test', primary: { enabled: false }, secondary: { enabled: true } },
  { zone: 'linked.acme.test', link: 'acme.test' },
]);
afterAll(() => {
  peer.stop();
});

describeDnsProvider({
  plugin,
  options: [{ name: 'url', value: peer.url }, { name: 'api_key', value: apiKey }],
  zone: 'acme.test',
  childZone: 'child.acme.test',
  zones,
  read: peer.read,
  wrongCredentials: [{ name: 'api_key', value: 'no-such-key' }],
  at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}/v1` }],
  speaks: 'http',
  rateLimit: { status: 429, headers: { 'x-ratelimit-limit': '900', 'x-ratelimit-period': '300', 'x-ratelimit-remaining': '0' }, body: '{"message":"rate limit exceeded"}', retryAfterMs: 334 },
});

const create = (options: object = {}) => plugin.create({ url: peer.url, api_key: apiKey, ...options }, testContext({ outbound: loopbackOutbound() }));

describe('NS1', () => {
  it('offers zones that are not marked as primary when asked to, and copies and links never', async () => {
    expect(await create({ all_zones: true }).zones()).toEqual([...zones, 'plain.test']);
  });

  it('keeps the answers of others with all that belongs to them, and the time to live', async () => {
    const name = '_acme-challenge.shared.acme.test';
    const answers = [{ answer: ['of others, ', 'in two'], meta: { up: true }, region: 'eu' }];
    peer.records.set(name, { id: 'theirs', ttl: 777, answers });
    const record = { name, value: 'ours', ttlSeconds: 5 };
    await create().addTxt(record);
    expect(peer.read(name)).toEqual(['of others, in two', 'ours']);
    await create().removeTxt(record);
    expect(peer.records.get(name)).toEqual({ id: 'theirs', ttl: 777, answers });
  });
});
