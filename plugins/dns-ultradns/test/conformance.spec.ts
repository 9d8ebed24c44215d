import { afterAll, describe, expect, it } from '@jest/globals';
import { describeChecks, describeDnsProvider, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { credentials, startUltraDns } from './ultradns-stand-in.js';

const zones = ['acme.test', 'child.acme.test', ...Array.from({ length: 220 }, (_each, index) => `zone-${index}.test`)];
const ultra = await startUltraDns([...zones.map((name) => ({ name })), { name: 'copy.test', type: 'SECONDARY' }, { name: 'alias.test', type: 'ALIAS' }, { name: 'stopped.test', status: 'SUSPENDED' }]);
const empty = await startUltraDns([]);
afterAll(() => Promise.all([ultra.stop(), empty.stop()]));

const given = { url: ultra.url, ...credentials };

describeDnsProvider({
  plugin,
  options: Object.entries(given).map(([name, value]) => ({ name, value })),
  zone: 'acme.test',
  childZone: 'child.acme.test',
  zones,
  read: ultra.read,
  wrongCredentials: [{ name: 'password', value: 'no-such-password' }],
  at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
  speaks: 'http',
});

function create(options: object = {}) {
  const context = testContext({ outbound: loopbackOutbound() });
  return { provider: plugin.create({ ...given, ...options }, context), context };
}
const record = { name: '_acme-challenge.www.acme.test', value: 'a value', ttlSeconds: 30 };

describe('UltraDNS', () => {
  it('sends the password once, then refreshes its token, and sends it again when the refresh token is taken back', async () => {
    ultra.state.grants.length = 0;
    const { provider, context } = create();
    await provider.addTxt(record);
    await provider.removeTxt(record);
    context.clock.advance(3_600_000);
    await provider.zones();
    ultra.state.valid.clear();
    await provider.zones();
    expect(ultra.state.grants).toEqual(['password', 'refresh_token', 'refresh_token']);
    ultra.state.valid.clear();
    ultra.state.refresh.clear();
    await provider.zones();
    expect(ultra.state.grants.at(-1)).toBe('password');
  });

  it('keeps the records of others as they wrote them, and their time to live', async () => {
    const theirs = { ttl: 777, rdata: ['"of others, " "in two"', 'plain'] };
    ultra.sets.set(ultra.keyOf(record.name), theirs);
    const { provider } = create();
    await provider.addTxt(record);
    expect(ultra.read(record.name)).toEqual([...theirs.rdata, 'a value']);
    await provider.removeTxt(record);
    expect(ultra.sets.get(ultra.keyOf(record.name))).toEqual(theirs);
    ultra.sets.clear();
  });

  it('says that an account has no zone', async () => {
    await expect(create({ url: empty.url }).provider.check?.()).rejects.toMatchObject({ code: 'failed_precondition', reason: 'dns.no_zone' });
  });

  it('says what UltraDNS does not like about a record', async () => {
    await expect(create().provider.addTxt({ ...record, ttlSeconds: -1 })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('(53005)') });
  });
});

describeChecks('UltraDNS in an outage', outageChecks, { run: async (url, canary) => create({ url, password: canary }).provider.check?.() });
