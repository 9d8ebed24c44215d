import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeChecks, describeDnsProvider, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { credentials, startAzure, subscription, tenant } from './azure-stand-in.js';

const names = ['acme.test', 'child.acme.test', ...Array.from({ length: 220 }, (_each, index) => `zone-${index}.test`)];
const azure = await startAzure([...names.map((name) => ({ name })), { name: 'twice.test' }, { name: 'twice.test', group: 'other' }, { name: 'inside.acme.test', zoneType: 'Private' }]);
const zones = [...names, 'twice.test'];
afterAll(() => azure.stop());
beforeEach(() => void Object.assign(azure.state, { expiresIn: 3_599, foreignLink: '' }));

const given = { tenant_id: tenant, subscription_id: subscription, authority_url: azure.url, url: azure.url, ...credentials };

describeDnsProvider({
  plugin,
  options: Object.entries(given).map(([name, value]) => ({ name, value })),
  zone: 'acme.test',
  childZone: 'child.acme.test',
  zones,
  read: (name) => azure.read(name),
  wrongCredentials: [{ name: 'client_secret', value: 'no-such-secret' }],
  at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
  speaks: 'http',
});

function create(options: object = {}) {
  const context = testContext({ outbound: loopbackOutbound() });
  return { provider: plugin.create({ ...given, ...options }, context), context };
}
const record = { name: '_acme-challenge.www.acme.test', value: 'a value', ttlSeconds: 30 };

describe('Azure DNS', () => {
  it('asks for a token once for many calls, again before it ends, and again when it was taken back', async () => {
    const { provider, context } = create();
    const before = azure.state.tokens;
    await provider.addTxt(record);
    expect(azure.state.tokens).toBe(before + 1);
    context.clock.advance(3_540_000);
    await provider.removeTxt(record);
    expect(azure.state.tokens).toBe(before + 2);
    azure.state.validTokens.clear();
    await provider.zones();
    expect(azure.state.tokens).toBe(before + 3);
  });

  it('keeps the records of others as they are, with metadata and time to live', async () => {
    const key = azure.keyOf(record.name, 'dns');
    const theirs = { TTL: 777, TXTRecords: [{ value: ['of others, ', 'in two'] }], metadata: { owner: 'mail' } };
    azure.sets.set(key, { etag: 'theirs', properties: theirs });
    const { provider } = create();
    await provider.addTxt(record);
    expect(azure.sets.get(key)?.properties).toEqual({ ...theirs, TXTRecords: [...theirs.TXTRecords, { value: ['a value'] }] });
    await provider.removeTxt(record);
    expect(azure.sets.get(key)?.properties).toEqual(theirs);
    azure.sets.delete(key);
  });

  it('writes to every zone of a name, and to one resource group alone when it is given', async () => {
    const twice = { ...record, name: '_acme-challenge.twice.test' };
    await create().provider.addTxt(twice);
    expect([azure.read(twice.name), azure.read(twice.name, 'other')]).toEqual([['a value'], ['a value']]);
    const { provider } = create({ resource_group: 'other' });
    await provider.removeTxt(twice);
    expect([azure.read(twice.name), azure.read(twice.name, 'other')]).toEqual([['a value'], []]);
    expect(await provider.zones()).toEqual(['twice.test']);
  });

  it('takes its token to no other host', async () => {
    azure.state.foreignLink = 'http://127.0.0.2:9/subscriptions?more=1';
    await expect(create().provider.zones()).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('next page') });
  });

  it('says which subscription there is not', async () => {
    await expect(create({ subscription_id: tenant }).provider.check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(`The subscription '${tenant}' could not be found. (SubscriptionNotFound)`) });
  });

  it('asks for a role when there is no zone', async () => {
    await expect(create({ resource_group: 'empty' }).provider.check?.()).rejects.toMatchObject({ reason: 'dns.no_zone', message: expect.stringContaining('DNS Zone Contributor') });
  });
});

describeChecks('Azure DNS when tokens cannot be had', outageChecks, { run: async (url, canary) => create({ authority_url: url, client_secret: canary }).provider.check?.() });
