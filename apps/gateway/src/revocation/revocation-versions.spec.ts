import { describe, expect, it } from '@jest/globals';
import { RevocationVersions, type KnownVersions, type RevocationVersion } from './revocation-versions.js';

const anAuthority = (parts: Partial<RevocationVersion> = {}): RevocationVersion => ({ authorityId: 1, slug: 'CA', version: '1', crlNumber: '1', deltaNumber: null, ...parts });

function reading(read: (since: KnownVersions) => Promise<RevocationVersion[]>) {
  const time = { ms: 0 };
  const calls = { count: 0 };
  const versions = new RevocationVersions((since) => ((calls.count += 1), read(since)), () => time.ms);
  return { time, calls, versions };
}

describe('versions of revocations', () => {
  it('are read when somebody asks, once for all who ask at the same time', async () => {
    const { versions, calls } = reading(() => Promise.resolve([anAuthority()]));
    expect(versions.known('CA')).toBeUndefined();
    expect(calls.count).toBe(0);
    expect(await Promise.all([versions.of('CA'), versions.of('CA'), versions.of('nobody')])).toEqual([anAuthority(), anAuthority(), null]);
    expect(calls.count).toBe(1);
    expect([versions.known('CA'), versions.known('nobody')]).toEqual([anAuthority(), null]);
    versions.stop();
  });

  it('are not older than two seconds', async () => {
    let version = '1';
    const { versions, time } = reading(() => Promise.resolve([anAuthority({ version })]));
    await versions.of('CA');
    version = '2';
    time.ms += 2_001;
    expect(versions.known('CA')).toBeUndefined();
    expect((await versions.of('CA'))?.version).toBe('2');
    versions.stop();
  });

  it('stay what they were while nobody tells newer ones', async () => {
    let isAway = false;
    const { versions, time } = reading(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve([anAuthority()])));
    await versions.of('CA');
    isAway = true;
    time.ms += 60_000;
    expect(await versions.of('CA')).toEqual(anAuthority());
    versions.stop();
  });

  it('are told to whoever keeps something, with what changed where that is known for certain', async () => {
    const told: unknown[] = [];
    const asked: KnownVersions[] = [];
    const news = [
      [anAuthority(), anAuthority({ authorityId: 2, slug: 'Other CA' })],
      [anAuthority({ version: '4', changedSerials: ['A1'] }), anAuthority({ authorityId: 2, slug: 'Other CA', version: '2', changedSerials: null })],
      [anAuthority({ version: '4', changedSerials: [] }), anAuthority({ authorityId: 3, slug: 'Other CA', version: '5', changedSerials: ['A2'] })],
    ];
    const { versions, time } = reading((since) => (asked.push(since), Promise.resolve(news.shift() ?? [])));
    versions.tell({ authorities: () => ['CA', 'nobody'], changed: (slug, serials) => void told.push([slug, serials]) });
    for (let count = 0; count < 3; count += 1) {
      await versions.of('CA');
      time.ms += 2_001;
    }
    expect(asked).toEqual([[], [{ authorityId: 1, version: '1' }], [{ authorityId: 1, version: '4' }]]);
    // First contact, what is told, what is not, and another authority of the same name.
    expect(told).toEqual([['CA', null], ['Other CA', null], ['CA', ['A1']], ['Other CA', null], ['Other CA', null]]);
    versions.stop();
  });
});
