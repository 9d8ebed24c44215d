import { describe, expect, it } from '@jest/globals';
import type { CrlRecord } from '@sifaka/contracts';
import { AppError, fixedClock } from '@sifaka/kernel';
import { CrlCopies, type CrlRoom } from './crl-copies.js';
import { RevocationVersions } from './revocation-versions.js';

const clock = fixedClock(new Date('2026-01-01T00:00:00Z'));

function copying(room?: CrlRoom) {
  const bytes = Buffer.from('a list of twenty by.');
  const state = { number: '1', reads: 0, time: 0, isAway: false, replacedOnce: false, gate: Promise.resolve() };
  const record = (): CrlRecord => ({ authorityId: 1, slug: 'CA', kind: 'full', number: state.number, baseNumber: null, thisUpdate: '2026-01-01T00:00:00Z', nextUpdate: '2026-01-08T00:00:00Z', entryCount: 0, byteLength: bytes.length, sha256: 'ab' });
  const versions = new RevocationVersions(() => Promise.resolve(['CA', 'Other CA'].map((slug, index) => ({ authorityId: 1 + index, slug, version: '1', crlNumber: state.number, deltaNumber: null }))), () => state.time);
  const origin = {
    find: () => (state.isAway ? Promise.reject(new AppError('unavailable', 'away')) : Promise.resolve(record())),
    read: ({ number }: CrlRecord, offset: number) => {
      state.reads += 1;
      if (state.replacedOnce) {
        state.replacedOnce = false;
        state.number = String(Number(number) + 1);
        return Promise.reject(new AppError('not_found', 'replaced'));
      }
      return state.gate.then(() => bytes.subarray(offset, offset + 8));
    },
  };
  return { state, versions, bytes, copies: new CrlCopies(versions, origin, clock, room) };
}

describe('copies of revocation lists', () => {
  it('are put together once, and kept until there is a newer one', async () => {
    const { state, versions, bytes, copies } = copying();
    expect((await copies.of('CA', 'full'))?.bytes).toEqual(bytes);
    await copies.of('CA', 'full');
    expect(state.reads).toBe(3);
    state.number = '2';
    state.time += 2_001;
    expect((await copies.of('CA', 'full'))?.record.number).toBe('2');
    versions.stop();
  });

  it('are not there for an authority that has none', async () => {
    const { versions, copies } = copying();
    expect([await copies.of('nobody', 'full'), await copies.of('CA', 'delta')]).toEqual([null, null]);
    versions.stop();
  });

  it('begin anew when the list is replaced while it is read', async () => {
    const { state, versions, copies } = copying();
    state.replacedOnce = true;
    expect((await copies.of('CA', 'full'))?.record.number).toBe('2');
    versions.stop();
  });

  it('have so much memory together and no more', async () => {
    const { state, versions, bytes, copies } = copying({ kept: 1_200, underWay: 30 });
    let open = () => {};
    state.gate = new Promise((resolve) => (open = resolve));
    const first = copies.of('CA', 'full');
    await expect(copies.of('Other CA', 'full')).rejects.toMatchObject({ reason: 'crl.busy', retryAfterMs: 1_000 });
    open();
    expect((await first)?.bytes).toEqual(bytes);
    expect((await copies.of('Other CA', 'full'))?.bytes).toEqual(bytes);
    await copies.of('CA', 'full');
    // There is room for one of them.
    expect(state.reads).toBe(9);
    versions.stop();
  });

  it('are served while they hold when the service is away', async () => {
    const { state, versions, bytes, copies } = copying();
    await copies.of('CA', 'full');
    state.number = '2';
    state.isAway = true;
    state.time += 2_001;
    expect((await copies.of('CA', 'full'))?.bytes).toEqual(bytes);
    clock.advance(8 * 86_400_000);
    await expect(copies.of('CA', 'full')).rejects.toThrow('away');
    versions.stop();
  });
});
