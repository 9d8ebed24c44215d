import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { encodeOcspRequest, ocspCertId } from '@sifaka/pki';
import { OcspAnswers, refusals } from './ocsp-answers.js';
import { RevocationVersions, type KnownVersions } from './revocation-versions.js';

const clock = fixedClock(new Date('2026-01-01T00:00:00Z'));
const spki = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const issuer = { subjectDer: Buffer.from('3000', 'hex'), spki: Buffer.concat([spki, Buffer.from([4]), randomBytes(64)]) };
const aRequest = (...serials: bigint[]) => encodeOcspRequest({ certIds: (serials.length === 0 ? [5n] : serials).map((serial) => ocspCertId(issuer, serial)) });

function answering({ expiresAt = '2026-01-01T12:00:00Z', thisUpdate = '2026-01-01T00:00:00Z', ...options }: { expiresAt?: string | null; thisUpdate?: string; isAway?: boolean; wait?: Promise<unknown> } = {}) {
  const state = { version: '1', signed: null as string | null, changedSerials: null as string[] | null, since: [] as KnownVersions, asked: 0, isAway: false, time: 0, ...options };
  const versions = new RevocationVersions(
    (since) => {
      state.since = since;
      return Promise.resolve([{ authorityId: 1, slug: 'CA', version: state.version, crlNumber: null, deltaNumber: null, changedSerials: state.changedSerials }]);
    },
    () => state.time,
  );
  /** Until the versions are read again. */
  const hear = (version: string, changedSerials: string[] | null) => {
    Object.assign(state, { version, changedSerials, time: state.time + 2_001 });
    return versions.of('CA');
  };
  const ask = async () => {
    state.asked += 1;
    await options.wait;
    if (state.isAway) throw new Error('away');
    return { response: Buffer.from(`answer ${state.asked}`).toString('base64'), expiresAt, thisUpdate, version: state.signed ?? state.version };
  };
  return { state, versions, hear, answers: new OcspAnswers(versions, ask, clock) };
}

describe('OCSP answers', () => {
  it('are kept while they hold', async () => {
    const { state, versions, answers } = answering();
    const first = await answers.of('CA', aRequest());
    expect((await answers.of('CA', aRequest())).response).toEqual(first.response);
    expect(answers.known('CA', aRequest())?.response).toEqual(first.response);
    expect(state.asked).toBe(1);
    clock.advance(12 * 3_600_000);
    expect(answers.known('CA', aRequest())).toBeUndefined();
    await answers.of('CA', aRequest());
    expect(state.asked).toBe(2);
    versions.stop();
  });

  it('are asked for again as soon as the authority revoked something', async () => {
    const { state, versions, answers } = answering({ expiresAt: '2027-01-01T00:00:00Z' });
    await answers.of('CA', aRequest());
    state.version = '2';
    state.time += 2_001;
    expect(answers.known('CA', aRequest())).toBeUndefined();
    expect((await answers.of('CA', aRequest())).response.toString()).toBe('answer 2');
    versions.stop();
  });

  it('are asked for again when their own certificate changed, and no others', async () => {
    const { state, versions, hear, answers } = answering({ expiresAt: '2027-01-01T00:00:00Z' });
    for (const request of [aRequest(0x10n), aRequest(0x11n), aRequest(0x12n), aRequest(0x11n, 0x13n)]) await answers.of('CA', request);
    // Revoked while it is known as good, held, let go again: each is one change of it.
    for (const [known, version] of [['1', '2'], ['2', '5'], ['5', '6']] as const) {
      await hear(version, ['11']);
      expect(state.since).toEqual([{ authorityId: 1, version: known }]);
      const before = state.asked;
      expect([answers.known('CA', aRequest(0x11n)), answers.known('CA', aRequest(0x11n, 0x13n))]).toEqual([undefined, undefined]);
      for (const [serial, answer] of [[0x10n, 1], [0x12n, 3]] as const) expect(answers.known('CA', aRequest(serial))?.response.toString()).toBe(`answer ${answer}`);
      for (const request of [aRequest(0x11n), aRequest(0x11n, 0x13n)]) await answers.of('CA', request);
      expect(state.asked).toBe(before + 2);
    }
    versions.stop();
  });

  it('are all asked for again when it is not told what changed, and when the version went back', async () => {
    const { versions, hear, answers } = answering({ expiresAt: '2027-01-01T00:00:00Z' });
    for (const [version, changedSerials] of [['7', null], ['3', ['99']], ['4', null]] as const) {
      await answers.of('CA', aRequest());
      await hear(version, changedSerials === null ? null : [...changedSerials]);
      expect(answers.known('CA', aRequest())).toBeUndefined();
    }
    versions.stop();
  });

  it('that were asked for before a change are for those who waited then', async () => {
    let release: (value: unknown) => void = () => undefined;
    const { state, versions, hear, answers } = answering({ expiresAt: '2027-01-01T00:00:00Z', wait: new Promise((resolve) => (release = resolve)) });
    await versions.of('CA');
    const early = answers.of('CA', aRequest(0x11n));
    const other = answers.of('CA', aRequest(0x12n));
    await hear('2', ['11']);
    const late = answers.of('CA', aRequest(0x11n));
    release(null);
    expect((await Promise.all([early, other, late])).map(({ response }) => response.toString())).toEqual(['answer 3', 'answer 3', 'answer 3']);
    expect(state.asked).toBe(3);
    expect(answers.known('CA', aRequest(0x11n))).toBe(await late);
    versions.stop();
  });

  it('that know less than what was heard before are not kept', async () => {
    const { state, versions, hear, answers } = answering({ expiresAt: '2027-01-01T00:00:00Z' });
    await hear('8', null);
    state.signed = '7';
    await answers.of('CA', aRequest());
    expect(answers.known('CA', aRequest())).toBeUndefined();
    versions.stop();
  });

  it('are asked for again when the clock was ahead while they were signed', async () => {
    const { state, versions, answers } = answering({ expiresAt: '2027-01-01T00:00:00Z', thisUpdate: clock.now().toISOString() });
    await answers.of('CA', aRequest());
    clock.advance(-3_600_000);
    expect(answers.known('CA', aRequest())).toBeUndefined();
    await answers.of('CA', aRequest());
    expect(state.asked).toBe(2);
    clock.advance(3_600_000);
    versions.stop();
  });

  it('are kept by nobody when they say so', async () => {
    const { state, versions, answers } = answering({ expiresAt: null });
    await answers.of('CA', aRequest());
    await answers.of('CA', aRequest());
    expect(state.asked).toBe(2);
    versions.stop();
  });

  it('are one for the same question at the same time', async () => {
    const { state, versions, answers } = answering({ expiresAt: null, wait: new Promise((resolve) => setImmediate(resolve)) });
    await Promise.all([answers.of('CA', aRequest()), answers.of('CA', aRequest())]);
    expect(state.asked).toBe(1);
    versions.stop();
  });

  it('are refusals for others, for nonsense and while the service is away', async () => {
    const { state, versions, answers } = answering();
    expect(await answers.of('nobody', aRequest())).toBe(refusals.unauthorized);
    expect(await answers.of('CA', Buffer.from('nonsense'))).toBe(refusals.malformedRequest);
    expect(state.asked).toBe(0);
    state.isAway = true;
    expect(await answers.of('CA', aRequest())).toBe(refusals.tryLater);
    versions.stop();
  });

  it('have an end at the same time', async () => {
    let release: (value: unknown) => void = () => undefined;
    const { versions, answers } = answering({ wait: new Promise((resolve) => (release = resolve)) });
    await versions.of('CA');
    const asked = Array.from({ length: 120 }, (_none, index) => answers.of('CA', aRequest(BigInt(index + 1))));
    setImmediate(release);
    expect((await Promise.all(asked)).filter((answer) => answer === refusals.tryLater)).toHaveLength(20);
    versions.stop();
  });
});
