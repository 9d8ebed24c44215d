import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createDnsProvider, getDnsProvider, testDnsProvider, type DnsProviderRecord } from '@sifaka/contracts';
import { describeWithPeers, startBind, startPowerDns, type Bind, type PowerDns } from '@sifaka/peers';
import { waitUntil } from '@sifaka/testing';
import { acmePlugins } from '../plugins.js';
import { aDnsService, admin, Inside, type DnsPlatform } from './a-dns-service.js';

jest.setTimeout(60_000);

describeWithPeers(['power-dns', 'bind'], 'challenge records at PowerDNS and BIND', () => {
  let powerDns: PowerDns;
  let bind: Bind;
  let platform: DnsPlatform;
  let providers: Record<'powerdns' | 'rfc2136', DnsProviderRecord>;

  beforeAll(async () => {
    [powerDns, bind] = await Promise.all([startPowerDns({ zones: ['shop.test', 'eu.shop.test'] }), startBind({ zones: ['corp.test'] })]);
    // Resolvers that know one zone each: the other one says REFUSED, and is passed over.
    const env = { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SIFAKA_DNS_RESOLVERS: `${powerDns.dnsAddress},${bind.dnsAddress}` };
    platform = await aDnsService(env, acmePlugins);
    const create = (name: string, type: string, values: Record<string, string | number>, nameservers: string[]) => {
      const options = Object.entries(values).map(([option, value]) => ({ name: option, value }));
      return platform.call('gateway', createDnsProvider, { name, description: '', type, options, nameservers }, { principal: admin });
    };
    const [host = '', port = ''] = bind.dnsAddress.split(':');
    const { tsig } = bind;
    providers = {
      powerdns: await create('pdns', 'powerdns', { url: powerDns.apiUrl, api_key: powerDns.apiKey }, [powerDns.dnsAddress]),
      rfc2136: await create('bind', 'rfc2136', { server: host, port: Number(port), zone: 'corp.test', tsig_name: tsig.name, tsig_secret: tsig.secret, tsig_algorithm: tsig.algorithm }, []),
    };
  });
  afterAll(async () => {
    await platform.stop();
    await Promise.all([powerDns.stop(), bind.stop()]);
  });

  const challenges = () => platform.inside().challenges;
  const names: [string, 'powerdns' | 'rfc2136', string][] = [
    ['www.shop.test', 'powerdns', 'shop.test'],
    ['*.eu.shop.test', 'powerdns', 'eu.shop.test'],
    ['a.b.corp.test', 'rfc2136', 'corp.test'],
  ];

  it.each(names)('go to their zone, are seen and leave nothing: %s', async (name, type, zone) => {
    const place = await challenges().place(name, null);
    expect(place).toMatchObject({ providerId: providers[type].id, zone });
    const record = { challengeId: zone.length, ...place, value: 'digest-1' };
    await challenges().publish(record);
    await waitUntil(async () => (await challenges().propagation(record)).isSeen);
    expect(await challenges().remove(record.challengeId)).toEqual({ isRemoved: true });
    expect(await challenges().propagation(record)).toMatchObject({ isSeen: false });
    expect([...(await powerDns.txtNames()), ...(await bind.txtNames())]).toEqual([]);
  });

  it('are seen with a test of the provider', async () => {
    for (const [type, probe] of [['powerdns', 'probe.shop.test'], ['rfc2136', 'probe.corp.test']] as const) {
      const report = await platform.call('gateway', testDnsProvider, { id: providers[type].id, probe }, { principal: admin });
      expect(report.steps.map(({ state, detail }) => (state === 'passed' ? state : detail))).toEqual(new Array(6).fill('passed'));
    }
    expect([...(await powerDns.txtNames()), ...(await bind.txtNames())]).toEqual([]);
  });

  it('follow a CNAME record from one server to the other', async () => {
    await powerDns.setRecords('_acme-challenge.moved.shop.test', 'CNAME', ['moved.corp.test.']);
    expect(await challenges().place('moved.shop.test', null)).toMatchObject({ providerId: providers.rfc2136.id, recordName: 'moved.corp.test', zone: 'corp.test' });
  });

  it.each(['_acme-challenge.busy.shop.test', '_acme-challenge.busy.corp.test'])('of twenty orders by two replicas at one name stand side by side: %s', async (recordName) => {
    const replica = await platform.replicate('acme');
    const both = Inside.replicas.slice(-2);
    const isPowerDns = recordName.endsWith('shop.test');
    const read = () => (isPowerDns ? powerDns.txt(recordName) : bind.txt(recordName));
    const providerId = isPowerDns ? providers.powerdns.id : providers.rfc2136.id;
    const records = Array.from({ length: 20 }, (_, index) => ({ challengeId: 1_000 + index, providerId, recordName, value: `value-${index}` }));
    await Promise.all(records.map((record, index) => both[index % 2]!.challenges.publish(record)));
    expect((await read()).sort()).toEqual(records.map(({ value }) => value).sort());
    await Promise.all(records.map(({ challengeId }, index) => both[(index + 1) % 2]!.challenges.remove(challengeId)));
    expect(await read()).toEqual([]);
    expect((await platform.call('gateway', getDnsProvider, { id: providerId })).openRecords).toBe(0);
    await replica.stop();
    Inside.replicas.pop();
  });
});
