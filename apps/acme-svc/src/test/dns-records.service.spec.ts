import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteDnsProvider, getDnsProvider, testDnsProvider, tryDnsProvider, type DnsProviderRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { aDnsServer, type TestDnsServer } from './a-dns-server.js';
import { aDnsService, admin, aProvider, Inside, type DnsPlatform } from './a-dns-service.js';
import { memoryDns } from './memory-dns.js';

let platform: DnsPlatform;
let resolver: TestDnsServer;
let provider: DnsProviderRecord;
let nextChallenge = 1;
/** Another one for each test. */
let name: string;

beforeAll(async () => {
  resolver = await aDnsServer();
  platform = await aDnsService({ SIFAKA_DNS_RESOLVERS: resolver.address });
  provider = await aProvider(platform);
}, 60_000);
afterAll(async () => {
  await platform.stop();
  await resolver.stop();
});
beforeEach(() => {
  memoryDns.reset();
  memoryDns.server = resolver;
  name = `_acme-challenge.n${(nextChallenge += 1)}.example.test`;
});

const challenges = () => platform.inside().challenges;
const aRecord = (parts: Partial<{ recordName: string; value: string; challengeId: number }> = {}) => ({ challengeId: (nextChallenge += 1), providerId: provider.id, recordName: name, value: 'digest', ...parts });
const open = async (id = provider.id) => (await platform.call('gateway', getDnsProvider, { id })).openRecords;
const sweep = (inside: Inside = platform.inside()) => inside.cleaning.run({}, { signal: new AbortController().signal });
const rowsOf = (challengeId: number) => platform.database('acme').query<{ state: string; attempts: number; last_error: string | null }>('select state, attempts, last_error from dns_record where holder = $1', [`challenge/${challengeId}`]);
/** The pause after a failed removal is over. */
const later = () => platform.database('acme').query(`update dns_record set next_try_at = now() where state = 'removing'`);
/** Ends the sessions that hold locks, as a restart of the database does. */
const breakSessions = () =>
  platform.database('acme').query(`select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and a.datname = current_database() and a.usename = current_user`);
const remove = (id: number, isForced = false) => platform.call('gateway', deleteDnsProvider, { id, isForced }, { principal: admin });

describe('the place of a challenge record', () => {
  it('is the longest zone, at a boundary of labels, and the oldest provider of several', async () => {
    const second = await aProvider(platform);
    const place = (asked: string, preferred: number | null = null) => challenges().place(asked, preferred);
    expect(await place('A.Sub.Example.test')).toEqual({ providerId: provider.id, providerName: provider.name, zone: 'sub.example.test', recordName: '_acme-challenge.a.sub.example.test' });
    expect(await place('*.example.test')).toMatchObject({ zone: 'example.test', recordName: '_acme-challenge.example.test' });
    expect(await place('badsub.example.test')).toMatchObject({ zone: 'example.test' });
    expect(await place('example.test', second.id)).toMatchObject({ providerId: second.id });
    expect(await place('example.test', 999_999)).toMatchObject({ providerId: provider.id });
    await remove(second.id);
  });

  it('is found for a zone that was made since the zones were listed', async () => {
    memoryDns.zones.push('fresh.test');
    expect(await challenges().place('www.fresh.test', null)).toMatchObject({ zone: 'fresh.test' });
  });

  it('is nowhere for a name that nobody serves, and the fault says who serves what', async () => {
    await expect(challenges().place('www.elsewhere.org', provider.id)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'dns.no_provider', message: expect.stringContaining(`${provider.name} (example.test`) });
    await expect(challenges().place('localhost or so', null)).rejects.toMatchObject({ reason: 'dns.bad_name' });
  });

  it('is with the provider that was asked for when its zones are not known', async () => {
    memoryDns.zones = [];
    const blind = await aProvider(platform);
    resolver.set('elsewhere.test', 'SOA', ['-']);
    expect(await challenges().place('www.elsewhere.test', blind.id)).toEqual({ providerId: blind.id, providerName: blind.name, zone: 'elsewhere.test', recordName: '_acme-challenge.www.elsewhere.test' });
    await remove(blind.id);
  });

  it('is where CNAME records lead to, with the provider of that name', async () => {
    resolver.set('_acme-challenge.shop.customer.test', 'CNAME', ['Hop.customer.test']);
    resolver.set('hop.customer.test', 'CNAME', ['shop.sub.example.test']);
    expect(await challenges().place('shop.customer.test', null)).toMatchObject({ zone: 'sub.example.test', recordName: 'shop.sub.example.test', providerId: provider.id });
    resolver.set('_acme-challenge.evil.customer.test', 'CNAME', ['mail._domainkey.example.test']);
    resolver.set('mail._domainkey.example.test', 'TXT', ['v=DKIM1; p=AAAA']);
    await expect(challenges().place('evil.customer.test', null)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'dns.delegation_in_use', message: expect.not.stringContaining('DKIM') });
    resolver.set('mail._domainkey.example.test', 'TXT', ['x'.repeat(43)]);
    expect(await challenges().place('evil.customer.test', null)).toMatchObject({ recordName: 'mail._domainkey.example.test' });
    resolver.set('_acme-challenge.round.example.test', 'CNAME', ['_acme-challenge.round.example.test']);
    await expect(challenges().place('round.example.test', null)).rejects.toMatchObject({ reason: 'dns.delegation_loop' });
  });
});

describe('a TXT record', () => {
  it('is put beside others, seen, and taken out alone', async () => {
    memoryDns.records.set(name, ['of somebody else']);
    const record = aRecord();
    await challenges().publish(record);
    await challenges().publish(record);
    expect(memoryDns.values(name)).toEqual(['of somebody else', 'digest']);
    expect(await open()).toBe(1);
    expect(await challenges().propagation({ ...record, zone: 'example.test' })).toMatchObject({ isSeen: true });
    expect(await challenges().remove(record.challengeId)).toEqual({ isRemoved: true });
    expect(await challenges().remove(record.challengeId)).toEqual({ isRemoved: true });
    expect(memoryDns.values(name)).toEqual(['of somebody else']);
    expect(await open()).toBe(0);
    expect(await challenges().propagation({ ...record, zone: 'example.test' })).toMatchObject({ isSeen: false });
  });

  it('is on record before it is written, so that a crash in between leaves nothing behind', async () => {
    const record = aRecord();
    let written = () => {};
    const writing = new Promise<void>((resolve) => (written = resolve));
    // The interface did what it was told, and its answer never comes: as when the process is killed there.
    let end = () => {};
    memoryDns.pause = () => (memoryDns.records.set(name, ['digest']), written(), new Promise((resolve) => (end = resolve)));
    const killed = challenges().publish(record);
    await writing;
    expect(await rowsOf(record.challengeId)).toMatchObject([{ state: 'adding' }]);
    // The session of a killed process is gone, and its locks with it.
    await breakSessions();
    memoryDns.pause = () => Promise.resolve();
    const replica = await platform.replicate('acme');
    expect(await platform.inside().challenges.remove(record.challengeId)).toEqual({ isRemoved: true });
    expect(memoryDns.values(name)).toEqual([]);
    end();
    await killed;
    await replica.stop();
    Inside.replicas.pop();
  });

  it('is not written any more when it was given up while it waited', async () => {
    const first = aRecord({ value: 'one' });
    const second = aRecord({ value: 'one' });
    let go = () => {};
    memoryDns.pause = () => new Promise((resolve) => (go = resolve));
    const writing = challenges().publish(first);
    await waitUntil(() => Promise.resolve(memoryDns.calls.length > 0));
    const waiting = challenges().publish(second).catch((error: unknown) => error);
    await waitUntil(async () => (await rowsOf(second.challengeId)).length > 0);
    const removing = challenges().remove(second.challengeId);
    await waitUntil(async () => (await rowsOf(second.challengeId))[0]?.state === 'removing');
    memoryDns.pause = () => Promise.resolve();
    go();
    await writing;
    expect(await waiting).toMatchObject({ code: 'conflict', reason: 'dns.record_released' });
    expect(await removing).toEqual({ isRemoved: true });
    expect(memoryDns.values(name)).toEqual(['one']);
    await challenges().remove(first.challengeId);
  });

  it('is written when the session of the locks breaks under it, and so is the next', async () => {
    const record = aRecord();
    memoryDns.pause = () => breakSessions().then(() => undefined);
    await challenges().publish(record);
    memoryDns.pause = () => Promise.resolve();
    await waitUntil(() => challenges().publish({ ...record, value: 'next' }).then(() => true));
    expect(memoryDns.values(name)).toEqual(['digest', 'next']);
    expect(await challenges().remove(record.challengeId)).toEqual({ isRemoved: true });
  });

  it('stays while another order needs the same value', async () => {
    const one = aRecord();
    const other = aRecord();
    await Promise.all([challenges().publish(one), challenges().publish(other)]);
    expect(await challenges().remove(one.challengeId)).toEqual({ isRemoved: true });
    expect(memoryDns.values(name)).toEqual(['digest']);
    await challenges().remove(other.challengeId);
    expect(memoryDns.values(name)).toEqual([]);
  });

  it('erases none of those that two replicas write and remove at the same name at once', async () => {
    const replica = await platform.replicate('acme');
    const both = Inside.replicas.slice(-2);
    const records = Array.from({ length: 24 }, (_, index) => ({ ...aRecord({ value: `value-${index}` }), inside: both[index % 2]! }));
    await Promise.all(records.map(({ inside, ...record }) => inside.challenges.publish(record)));
    expect([...memoryDns.values(name)].sort()).toEqual(records.map(({ value }) => value).sort());
    const [going, staying] = [records.slice(0, 12), records.slice(12)];
    const late = { ...aRecord({ value: 'late' }), inside: both[0]! };
    await Promise.all([...going.map(({ inside, challengeId }) => inside.challenges.remove(challengeId)), late.inside.challenges.publish(late)]);
    expect([...memoryDns.values(name)].sort()).toEqual([...staying.map(({ value }) => value), 'late'].sort());
    await Promise.all([...staying, late].map(({ inside, challengeId }) => inside.challenges.remove(challengeId)));
    expect(memoryDns.values(name)).toEqual([]);
    await replica.stop();
    Inside.replicas.pop();
  }, 30_000);

  it('that cannot be written is a fault for its order, and nothing is left to remove', async () => {
    memoryDns.faults.set('addTxt', new AppError('rate_limited', 'slow down', { retryAfterMs: 5_000 }));
    const record = aRecord();
    await expect(challenges().publish(record)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 5_000 });
    expect(await rowsOf(record.challengeId)).toMatchObject([{ state: 'adding', attempts: 1, last_error: 'slow down' }]);
    expect(await challenges().remove(record.challengeId)).toEqual({ isRemoved: true });
    expect(await open()).toBe(0);
    await expect(challenges().publish(aRecord({ challengeId: 77 })).then(() => challenges().publish({ ...record, providerId: 999_999 }))).rejects.toMatchObject({ code: expect.stringMatching(/rate_limited|failed_precondition/) });
    await challenges().remove(77);
  });

  it('that cannot be removed is tried again, later and later, until it is gone', async () => {
    const record = aRecord();
    await challenges().publish(record);
    memoryDns.faults.set('removeTxt', new AppError('unavailable', 'the interface is away'));
    expect(await challenges().remove(record.challengeId)).toEqual({ isRemoved: false });
    expect(await rowsOf(record.challengeId)).toMatchObject([{ state: 'removing', attempts: 1, last_error: 'the interface is away' }]);
    const calls = memoryDns.calls.length;
    await sweep();
    expect(memoryDns.calls).toHaveLength(calls);
    await later();
    await sweep();
    expect(await rowsOf(record.challengeId)).toMatchObject([{ attempts: 2 }]);
    expect(await open()).toBe(1);
    memoryDns.faults.clear();
    await later();
    await sweep();
    expect(memoryDns.values(name)).toEqual([]);
    expect(await open()).toBe(0);
  });

  it('that nobody came back for is removed after two days', async () => {
    const record = aRecord();
    await challenges().publish(record);
    await sweep();
    expect(memoryDns.values(name)).toEqual(['digest']);
    await platform.database('acme').query(`update dns_record set updated_at = now() - interval '49 hours' where holder = $1`, [`challenge/${record.challengeId}`]);
    await sweep();
    expect(memoryDns.values(name)).toEqual([]);
  });
});

describe('a DNS provider with records in DNS', () => {
  it('is not deleted while an order waits for one; leftovers are removed first', async () => {
    const doomed = await aProvider(platform);
    const record = { ...aRecord(), providerId: doomed.id };
    await challenges().publish(record);
    await expect(remove(doomed.id)).rejects.toMatchObject({ code: 'conflict', reason: 'dns_provider.open_records', message: expect.stringContaining('orders wait for 1 of them') });
    memoryDns.faults.set('removeTxt', new AppError('unavailable', 'away'));
    await challenges().remove(record.challengeId);
    await expect(remove(doomed.id)).rejects.toMatchObject({ message: expect.stringContaining('could not be removed') });
    memoryDns.faults.clear();
    expect(await remove(doomed.id)).toEqual({ isDeleted: true });
    expect(memoryDns.values(name)).toEqual([]);
  });

  it('is deleted when an administrator insists, and the audit log says what was let go', async () => {
    const doomed = await aProvider(platform);
    await challenges().publish({ ...aRecord(), providerId: doomed.id });
    memoryDns.faults.set('removeTxt', new AppError('unavailable', 'away'));
    expect(await remove(doomed.id, true)).toEqual({ isDeleted: true });
    const [entry] = await platform.database('acme').query<{ details: object }>(`select details from audit_entry where action = 'dns_provider.deleted' and object_id = $1`, [String(doomed.id)]);
    expect(entry?.details).toMatchObject({ abandonedRecords: [`${name} digest`] });
  });
});

describe('a test of a DNS provider', () => {
  const stored = (probe: string | null) => platform.call('gateway', testDnsProvider, { id: provider.id, probe }, { principal: admin });
  const states = ({ steps }: { steps: { name: string; state: string }[] }) => Object.fromEntries(steps.map(({ name: step, state }) => [step, state]));

  it('writes a record, sees it and removes it', async () => {
    const report = await stored('probe.example.test');
    expect(report.steps.map(({ detail }) => detail)).toEqual([
      'the other side accepts the credentials',
      '2 zones: example.test, sub.example.test',
      '_acme-challenge.probe.example.test lies in zone example.test',
      'wrote a TXT record at _acme-challenge.probe.example.test',
      'the resolvers know no name servers of example.test; the resolvers show the value',
      'removed the TXT record at _acme-challenge.probe.example.test',
    ]);
    expect(report).toMatchObject({ isWorking: true });
    expect(memoryDns.values('_acme-challenge.probe.example.test')).toEqual([]);
    expect(await open()).toBe(0);
  });

  it('writes nothing without a name', async () => {
    const report = await stored(null);
    expect(states(report)).toEqual({ connection: 'passed', zones: 'passed', place: 'skipped', write: 'skipped', visible: 'skipped', remove: 'skipped' });
    expect(memoryDns.calls).toEqual(['check', 'zones']);
  });

  it('says which step failed and in which words, and removes what it wrote', async () => {
    expect(states(await stored('www.elsewhere.org'))).toMatchObject({ place: 'failed', write: 'skipped' });
    memoryDns.faults.set('check', new AppError('permission_denied', 'unknown key'));
    const refused = await stored('probe.example.test');
    expect(refused).toMatchObject({ isWorking: false, steps: [{ name: 'connection', state: 'failed', detail: 'unknown key' }, { state: 'skipped' }, {}, {}, {}, {}] });
    memoryDns.faults.clear();
    memoryDns.faults.set('removeTxt', new AppError('unavailable', 'away'));
    const left = await stored('probe.example.test');
    expect(states(left)).toMatchObject({ visible: 'passed', remove: 'failed' });
    expect(await open()).toBe(1);
    memoryDns.faults.clear();
    await later();
    await sweep();
    expect(await open()).toBe(0);
  });

  it('is made of one that is not kept', async () => {
    const options = [{ name: 'account', value: 'a' }, { name: 'token', value: 'right' }];
    const unsaved = (parts: object = {}) => platform.call('gateway', tryDnsProvider, { type: 'memory', options, nameservers: [resolver.address], probe: 'try.sub.example.test', ...parts }, { principal: admin });
    expect(await unsaved()).toMatchObject({ isWorking: true });
    expect(memoryDns.values('_acme-challenge.try.sub.example.test')).toEqual([]);
    expect(await unsaved({ options: [{ name: 'account', value: 'a' }, { name: 'token', value: 'wrong' }] })).toMatchObject({ isWorking: false, steps: [{ detail: 'the other side says: unknown key' }, {}, {}, {}, {}, {}] });
    await expect(unsaved({ options: [] })).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
