import { describe, expect, it } from '@jest/globals';
import { RevocationVersions, type RevocationVersion } from './revocation-versions.js';

const anAuthority = (parts: Partial<RevocationVersion> = {}): RevocationVersion => ({ authorityId: 1, slug: 'CA', version: '1', crlNumber: '1', deltaNumber: null, ...parts });

function reading(read: () => Promise<RevocationVersion[]>) {
  const time = { ms: 0 };
  const calls = { count: 0 };
  const versions = new RevocationVersions(() => ((calls.count += 1), read()), () => time.ms);
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
});
