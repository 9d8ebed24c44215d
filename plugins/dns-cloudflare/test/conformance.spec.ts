import { afterAll, describe, expect, it } from '@jest/globals';
import { describeDnsProvider, loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { account, startCloudflare, token } from './cloudflare-stand-in.js';

const zones = ['acme.test', 'child.acme.test', ...Array.from({ length: 120 }, (_each, index) => `zone-${index}.test`)];
const peer = await startCloudflare([...zones.map((name) => ({ name })), { name: 'copy.acme.test', type: 'secondary' }, { name: 'new.acme.test', status: 'pending' }]);
afterAll(() => {
  peer.stop();
});

describeDnsProvider({
  plugin,
  options: [{ name: 'url', value: peer.url }, { name: 'api_token', value: token }],
  zone: 'acme.test',
  childZone: 'child.acme.test',
  zones,
  read: peer.read,
  wrongCredentials: [{ name: 'api_token', value: 'no-such-token' }],
  at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
  speaks: 'http',
  rateLimit: { status: 429, headers: { 'retry-after': '42' }, body: '{"success":false,"errors":[{"code":10429,"message":"Rate limited. Please wait."}],"messages":[],"result":null}', retryAfterMs: 42_000 },
});

const create = (options: object) => plugin.create({ url: peer.url, ...options }, testContext({ outbound: loopbackOutbound() }));
const record = { name: '_acme-challenge.www.acme.test', value: 'a value', ttlSeconds: 1 };

describe('Cloudflare', () => {
  it('takes email and global key in place of a token', async () => {
    await create(account).check!();
    await expect(create({ ...account, key: 'wrong' }).check!()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('Invalid access token (9109)') });
  });

  it.each([[{}], [{ email: 'dns@example.test' }], [{ key: 'x' }]])('asks for a token, or email and key: %j', (options) => {
    expect(() => create(options)).toThrow('give api_token, or email and key');
  });

  it('removes a record that was entered without quotes, and never another one', async () => {
    peer.records.push({ id: 'mine', zoneId: 'zone-1', name: record.name, type: 'TXT', content: 'a value', ttl: 300 }, { id: 'theirs', zoneId: 'zone-1', name: record.name, type: 'TXT', content: '"a value of others"', ttl: 300 });
    await create({ api_token: token }).removeTxt(record);
    expect(peer.records.map(({ id }) => id)).toEqual(['theirs']);
    peer.records.length = 0;
  });

  it('asks for the zones once for the names of an order', async () => {
    const provider = create({ api_token: token });
    peer.requests.length = 0;
    for (const name of ['a', 'b', 'c']) await provider.addTxt({ ...record, name: `_acme-challenge.${name}.acme.test` });
    expect(peer.requests.filter((request) => request.startsWith('GET /zones'))).toHaveLength(3);
    expect(peer.requests.filter((request) => request.startsWith('POST '))).toHaveLength(3);
  });
});
