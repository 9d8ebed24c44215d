import { afterAll, expect, it } from '@jest/globals';
import { describeWithPeers, missingFor, startPowerDns } from '@sifaka/peers';
import { describeDnsProvider, testContext, loopbackOutbound } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const zones = ['acme.test', 'child.acme.test', ...Array.from({ length: 30 }, (_each, index) => `zone-${index}.test`)];
const peer = missingFor(['power-dns']).length === 0 ? await startPowerDns({ zones }) : undefined;
afterAll(() => peer?.stop());

const options = [{ name: 'url', value: peer?.apiUrl ?? '' }, { name: 'api_key', value: peer?.apiKey ?? '' }];
const provider = () => plugin.create(Object.fromEntries(options.map(({ name, value }) => [name, value])), testContext({ outbound: loopbackOutbound() }));

describeWithPeers(['power-dns'], 'PowerDNS', () => {
  describeDnsProvider({
    plugin,
    options,
    zone: 'acme.test',
    childZone: 'child.acme.test',
    zones,
    read: (name) => peer!.txt(name),
    wrongCredentials: [{ name: 'api_key', value: 'no-such-key' }],
    at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
    speaks: 'http',
  });

  it('keeps what others put there: their text as they wrote it, and their time to live', async () => {
    const name = '_acme-challenge.shared.acme.test';
    const records = [{ content: '"of others" "in two"', disabled: false }];
    await peer!.api('PATCH', '/zones/acme.test.', { rrsets: [{ name: `${name}.`, type: 'TXT', ttl: 777, changetype: 'REPLACE', records }] });
    const instance = provider();
    await instance.addTxt({ name, value: 'ours', ttlSeconds: 5 });
    await instance.removeTxt({ name, value: 'ours', ttlSeconds: 5 });
    const { rrsets } = (await peer!.api('GET', '/zones/acme.test.')) as { rrsets: { name: string; type: string; ttl: number; records: typeof records }[] };
    const found = rrsets.find((set) => set.name === `${name}.` && set.type === 'TXT')!;
    expect(found.ttl).toBe(777);
    expect(found.records).toEqual(records);
  });

  it('gets through while others change the same database at once', async () => {
    let isDone = false;
    const foreign = async (writer: number) => {
      for (let count = 0; !isDone; count++) {
        const rrsets = [{ name: `other-${writer}.acme.test.`, type: 'TXT', ttl: 60, changetype: 'REPLACE', records: [{ content: `"${count}"`, disabled: false }] }];
        await peer!.api('PATCH', '/zones/acme.test.', { rrsets }).catch(() => undefined);
      }
    };
    const others = [1, 2].map(foreign);
    const names = Array.from({ length: 10 }, (_each, index) => `_acme-challenge.busy-${index}.acme.test`);
    const instance = provider();
    await Promise.all(names.map((name) => instance.addTxt({ name, value: 'ours', ttlSeconds: 60 })));
    isDone = true;
    await Promise.all(others);
    for (const name of names) expect(await peer!.txt(name)).toEqual(['ours']);
  });

  it('leaves copies of other servers alone', async () => {
    await peer!.api('POST', '/zones', { name: 'copy.acme.test.', kind: 'Slave', masters: ['192.0.2.1'] });
    expect(await provider().zones()).not.toContain('copy.acme.test');
    await peer!.api('DELETE', '/zones/copy.acme.test.');
  });

  it('says which server id is wrong', async () => {
    const instance = plugin.create({ url: `${peer!.apiUrl}/api/v1/`, api_key: peer!.apiKey, server_id: 'elsewhere' }, testContext({ outbound: loopbackOutbound() }));
    await expect(instance.check!()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('elsewhere') });
  });
});
