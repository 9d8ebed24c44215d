import { afterAll, expect, it } from '@jest/globals';
import { describeWithPeers, missingFor, startMoto } from '@sifaka/peers';
import { describeDnsProvider, loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { account, openAccount, role } from './route53-moto.js';

const names = ['acme.test', 'child.acme.test', ...Array.from({ length: 105 }, (_each, index) => `zone-${index}.test`)];
const moto = missingFor(['moto']).length === 0 ? await startMoto() : undefined;
const aws = moto === undefined ? undefined : await openAccount(moto.url);
const ids = new Map<string, string>();
for (const name of names) ids.set(name, (await aws?.zone(name)) ?? '');
const twice = [(await aws?.zone('twice.test')) ?? '', (await aws?.zone('twice.test')) ?? ''];
const privateId = (await aws?.zone('acme.test', true)) ?? '';
afterAll(async () => {
  aws?.stop();
  await moto?.stop();
});

const given = { account_id: account, role, endpoint: moto?.url ?? 'http://127.0.0.1:1', access_key_id: aws?.platform.accessKeyId ?? 'AKIAIOSFODNN7EXAMPLE', secret_access_key: aws?.platform.secretAccessKey ?? 'x' };
const zoneIdOf = (name: string): string => ids.get(names.filter((zone) => `.${name}`.endsWith(`.${zone}`)).sort((one, other) => other.length - one.length)[0] ?? '') ?? '';
// Signatures carry the time, and moto's clock is the real one.
const create = (options: object = {}) => plugin.create({ ...given, ...options }, testContext({ now: new Date(), outbound: loopbackOutbound() }));

describeWithPeers(['moto'], 'Route 53 at moto, with rights enforced', () => {
  describeDnsProvider({
    plugin,
    options: Object.entries(given).map(([name, value]) => ({ name, value })),
    zone: 'acme.test',
    childZone: 'child.acme.test',
    zones: [...names, 'twice.test'],
    read: (name) => aws!.read(zoneIdOf(name), name),
    wrongCredentials: [{ name: 'secret_access_key', value: 'no-such-secret-0123456789' }],
    at: ({ host, port }) => [{ name: 'endpoint', value: `http://${host}:${port}` }],
    // Its faults are XML; they have a suite of their own.
    speaks: 'tcp',
  });

  const record = { name: '_acme-challenge.www.acme.test', value: 'a value', ttlSeconds: 30 };

  it('keeps the records of others as they wrote them, and their time to live', async () => {
    const zone = zoneIdOf(record.name);
    const theirs = { Name: `${record.name}.`, Type: 'TXT' as const, TTL: 777, ResourceRecords: [{ Value: '"of others, " "in two"' }] };
    await aws!.change(zone, 'UPSERT', theirs);
    const provider = create();
    await provider.addTxt(record);
    expect((await aws!.set(zone, record.name))?.ResourceRecords).toEqual([...theirs.ResourceRecords, { Value: '"a value"' }]);
    await provider.removeTxt(record);
    expect(await aws!.set(zone, record.name)).toEqual(theirs);
    await aws!.change(zone, 'DELETE', theirs);
    await provider.close?.();
  });

  it('writes to every public zone of a name, and to no private one', async () => {
    const provider = create();
    for (const name of ['_acme-challenge.twice.test', record.name]) await provider.addTxt({ ...record, name });
    expect(await Promise.all(twice.map((id) => aws!.read(id, '_acme-challenge.twice.test')))).toEqual([['a value'], ['a value']]);
    expect(await aws!.read(privateId, record.name)).toEqual([]);
    for (const name of ['_acme-challenge.twice.test', record.name]) await provider.removeTxt({ ...record, name });
    expect(await Promise.all(twice.map((id) => aws!.read(id, '_acme-challenge.twice.test')))).toEqual([[], []]);
    await provider.close?.();
  });

  it('says that a role has no right to the zones', async () => {
    await expect(create({ role: 'Nothing' }).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('list the hosted zones') });
  });
});
