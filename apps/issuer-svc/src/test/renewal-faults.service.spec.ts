import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { reissueCertificate, type AuthorityRecord, type RequestOf } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { IssuerCertificateRequest } from '@sifaka/plugin-sdk';
import { RenewCertificate } from '../renewal/renew-certificate.js';
import { admin, anAuthority } from './an-issuer.js';
import { later } from './an-outside-ca.js';
import { aRenewalWorld, day, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
beforeAll(async () => {
  world = await aRenewalWorld();
});
afterAll(() => world.stop());
beforeEach(() => void (world.ca.create = answers));
afterEach(() => world.at(0));

const answers = ({ csrDer }: IssuerCertificateRequest) => Promise.resolve(world.signed(csrDer, 160 * hour));
const outside = (): Promise<AuthorityRecord> => anAuthority(world.platform, { plugin: { slug: 'outside-poll' } });
const reissue = (id: number, parts: Partial<RequestOf<typeof reissueCertificate>> = {}) => world.platform.call('gateway', reissueCertificate, { id, isDryRun: false, isForced: false, ...parts }, { principal: admin });
const refusing = (code: 'upstream_failed' | 'upstream_timeout', reason?: string) => () => Promise.reject(new AppError(code, 'the CA says no', reason === undefined ? {} : { reason }));

describe('an authority that refuses some certificates for ever', () => {
  it.each([['with an answer', 'upstream_failed', 'cfssl.failed'], ['by not answering', 'upstream_timeout', 'outbound.timeout']] as const)('%s renews all others', async (_how, code, reason) => {
    const authority = await outside();
    const dead = new Set<string>();
    for (let left = 12; left > 0; left -= 1) dead.add((await world.issue(authority, 60 * hour, { commonName: `gone-${code}-${left}.corp.test` })).commonName);
    const healthy = await world.many(authority, 25, 160 * hour);
    world.ca.create = (request) => {
      const isDead = [...dead].some((name) => Buffer.from(request.csrDer).includes(Buffer.from(name)));
      return isDead ? refusing(code, reason)() : answers(request);
    };
    await world.pass(97 * hour, 155 * hour, hour);
    expect(await world.renewedOf(healthy)).toBe(25);
  }, 120_000);
});

describe('a reissue by hand', () => {
  it('asks the authority again after it did not answer, and gives the successor', async () => {
    const { id } = await world.issue(await outside(), 90 * day, { rotation: false });
    world.ca.create = refusing('upstream_timeout');
    await expect(reissue(id)).rejects.toMatchObject({ code: 'upstream_timeout' });
    world.ca.create = answers;
    expect((await reissue(id)).issued).toMatchObject({ certificate: { replaces: [{ id }] } });
    expect(await world.successors(id)).toHaveLength(1);
  });

  it('leaves a failing certificate the pause that it has', async () => {
    const { id } = await world.issue(await outside(), 160 * hour);
    world.ca.create = () => Promise.reject(new AppError('failed_precondition', 'no', { reason: 'issuer.rejected' }));
    world.at(97 * hour);
    await world.tick();
    const { nextTryAt } = await world.renewal(id);
    world.at(0);
    await expect(reissue(id)).rejects.toMatchObject({ reason: 'issuer.rejected' });
    world.at(97 * hour);
    expect((await world.rows('select next_try_at::text from certificate_renewal where certificate_id = $1', [id]))[0]).toEqual((await world.rows('select $1::timestamptz::text as next_try_at', [nextTryAt]))[0]);
  });

  it('that is forced and sent again with its key is answered with the same certificate', async () => {
    const { id } = await world.issue(await outside(), 90 * day, { rotation: false });
    await reissue(id);
    const first = await reissue(id, { isForced: true, requestKey: 'a'.repeat(64) });
    expect((await reissue(id, { isForced: true, requestKey: 'a'.repeat(64) })).issued).toMatchObject({ certificate: { id: first.issued !== null && 'certificate' in first.issued ? first.issued.certificate.id : 0 } });
    expect(await world.successors(id)).toHaveLength(2);
  });

  it('that waits and is sent again with its key is answered with the same pending certificate', async () => {
    const { id } = await world.issue(await outside(), 90 * day, { rotation: false });
    world.ca.create = () => Promise.resolve(later());
    const first = await reissue(id, { requestKey: 'b'.repeat(64) });
    expect(first.issued).toMatchObject({ pending: { state: 'waiting' } });
    expect((await reissue(id, { requestKey: 'b'.repeat(64) })).issued).toMatchObject({ pending: { id: first.issued !== null && 'pending' in first.issued ? first.issued.pending.id : 0 } });
  });
});

describe('a clock that was ahead', () => {
  it('leaves nothing waiting once it is right again', async () => {
    const authority = await outside();
    const { id } = await world.issue(authority, 160 * hour);
    world.ca.create = refusing('upstream_timeout');
    world.at(60 * day);
    await world.tick();
    expect(await world.rows('select 1 from certificate_renewal where certificate_id = $1 and attempts > 0', [id])).toHaveLength(1);
    world.ca.create = answers;
    await world.pass(97 * hour, 99 * hour, hour);
    expect(await world.successors(id)).toHaveLength(1);
  });

  it('leaves no certificate with somebody who is gone', async () => {
    const { id } = await world.issue(await outside(), 160 * hour);
    await world.tick();
    await world.rows("update certificate_renewal set state = 'running', lease_until = $2 where certificate_id = $1", [id, new Date(Date.now() + 60 * day)]);
    world.at(97 * hour);
    await world.tick();
    expect(await world.successors(id)).toHaveLength(1);
  });
});

describe('a renewal that takes longer than it may', () => {
  it('is tried again later and later, and people can read why', async () => {
    const { id } = await world.issue(await outside(), 160 * hour);
    const renew = world.platform.service('issuer').app.get(RenewCertificate);
    const run = renew.run.bind(renew);
    renew.run = () => Promise.reject(new AppError('unavailable', 'issuing took too long and was given up; try again', { reason: 'certificate.too_late' }));
    world.at(97 * hour);
    await world.tick();
    renew.run = run;
    expect(await world.renewal(id)).toMatchObject({ state: 'failing', attempts: 1, lastError: expect.stringContaining('took too long') });
  });
});
