import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cancelPendingCertificate, reissueCertificate, type AuthorityRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { IssuerCertificateRequest } from '@sifaka/plugin-sdk';
import { PollPending } from '../pending/poll-pending.js';
import { RenewCertificate } from '../renewal/renew-certificate.js';
import { SettleRenewals } from '../renewal/settle-renewals.js';
import { admin, anAuthority } from './an-issuer.js';
import { later } from './an-outside-ca.js';
import { aRenewalWorld, day, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
beforeAll(async () => {
  world = await aRenewalWorld({ SIFAKA_RENEWALS_PER_HOUR_OF: '{"capped": 5, "capped elsewhere": 5, "capped by hand": 5}' });
});
afterAll(() => world.stop());
beforeEach(() => void (world.ca.create = answers(160 * hour)));
afterEach(() => world.at(0));

const outside = (name?: string): Promise<AuthorityRecord> => anAuthority(world.platform, { plugin: { slug: 'outside-poll' }, ...(name !== undefined && { name }) });
/** Signs at once, for so long. */
const answers = (lifeMs: number) => ({ csrDer }: IssuerCertificateRequest) => Promise.resolve(world.signed(csrDer, lifeMs));

describe('renewals that are due together', () => {
  it('are spread: hundreds take days, earliest first, and none ends', async () => {
    const authority = await anAuthority(world.platform);
    const ids = await world.many(authority, 300, 160 * hour);
    const counts: number[] = [];
    let before = 0;
    for (let ahead = 80; ahead <= 140; ahead += 1) {
      for (const minutes of [0, 30]) {
        world.at(ahead * hour + minutes * 60_000);
        await world.tick();
      }
      const renewed = await world.renewedOf(ids);
      counts.push(renewed - before);
      before = renewed;
    }
    expect(before).toBe(300);
    expect(Math.max(...counts)).toBeLessThan(15);
    expect(await world.rows('select 1 from certificate_renewal r join certificate s on s.id = r.successor_id where r.certificate_id = any($1::int[]) and s.not_before > r.not_after', [ids])).toEqual([]);
  }, 120_000);

  it('never reach a CA in one minute, also when the platform comes back after all of them have ended', async () => {
    const authority = await outside();
    const ids = await world.many(authority, 200, 160 * hour);
    let asked = 0;
    world.ca.create = (request) => {
      if (request.authority.id === authority.id) asked += 1;
      return answers(160 * hour)(request);
    };
    world.at(170 * hour);
    await world.tick();
    expect(asked).toBeLessThanOrEqual(64);
    await world.pass(170 * hour + 60_000, 178 * hour, hour / 3);
    expect(await world.renewedOf(ids)).toBe(200);
  }, 60_000);

  it('never exceed what the configuration allows an authority, also where a person wants all at once', async () => {
    const authority = await anAuthority(world.platform, { name: 'capped' });
    const ids = await world.many(authority, 20, 160 * hour);
    world.at(110 * hour);
    await world.reissueAll();
    expect(await world.renewedOf(ids)).toBe(5);
    world.at(110.5 * hour);
    await world.reissueAll();
    expect(await world.renewedOf(ids)).toBe(5);
    world.at(111.1 * hour);
    await world.reissueAll();
    expect(await world.renewedOf(ids)).toBe(10);
  });

  it('count as often as the authority is asked, also for one certificate', async () => {
    const certificate = await world.issue(await outside('capped elsewhere'), 160 * hour);
    let asked = 0;
    world.ca.create = ({ authority }) => {
      if (authority.id === certificate.authority?.id) asked += 1;
      return Promise.reject(new AppError('failed_precondition', 'no', { reason: 'issuer.rejected' }));
    };
    const reissueAt = async (minutes: number) => {
      world.at(110 * hour + minutes * 60_000);
      await world.reissueAll();
    };
    for (let minute = 0; minute < 50; minute += 5) await reissueAt(minute);
    expect(asked).toBe(5);
    await reissueAt(61);
    expect(asked).toBe(6);
  });

  it('count when they are asked for by hand, however many at once', async () => {
    const authority = await outside('capped by hand');
    const certificates = await Promise.all(Array.from({ length: 8 }, () => world.issue(authority, 90 * day, { rotation: false })));
    const reissue = (id: number) => world.platform.call('gateway', reissueCertificate, { id, isDryRun: false, isForced: false }, { principal: admin });
    const answered = await Promise.allSettled(certificates.map(({ id }) => reissue(id)));
    expect(answered.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const refused = answered.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as AppError] : []));
    for (const fault of refused) expect(fault).toMatchObject({ code: 'rate_limited', reason: 'renewal.rate', message: expect.stringContaining('"capped by hand"') });
    expect(refused).toHaveLength(3);
  });

  it('are never renewed twice by two replicas', async () => {
    const authority = await anAuthority(world.platform);
    const ids = await world.many(authority, 40, 160 * hour);
    const second = await world.platform.replicate('issuer');
    for (let ahead = 97; ahead <= 102; ahead += 1) {
      world.at(ahead * hour);
      await Promise.all([world.tick(), world.tick(second), world.reissueAll()]);
    }
    expect(await world.renewedOf(ids)).toBe(40);
    expect(await world.rows('select replaced_id from certificate_replacement where replaced_id = any($1::int[]) group by 1 having count(*) > 1', [ids])).toEqual([]);
    await second.stop();
  }, 60_000);
});

describe('an authority that is away', () => {
  it('is tried with one certificate until it answers, and then all are renewed before their end', async () => {
    const authority = await outside();
    const ids = await world.many(authority, 70, 160 * hour);
    let asked = 0;
    world.ca.create = (request) => {
      if (request.authority.id === authority.id) asked += 1;
      return Promise.reject(new AppError('upstream_failed', 'the CA says 503', { reason: 'outbound.not_reached' }));
    };
    await world.pass(97 * hour, 98 * hour, 60_000 * 5);
    // Once every few minutes, however few certificates the authority may be asked for in an hour.
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(30);
    const [late = 0] = await world.rows<{ id: number }>("select certificate_id as id from certificate_renewal where authority_id = $1 and state = 'waiting' and attempts = 0 limit 1", [authority.id]).then((rows) => rows.map(({ id }) => id));
    expect(await world.renewal(late)).toMatchObject({ state: 'due', reason: expect.stringMatching(/authority ".*" has not answered since .*the CA says 503.*asked again at/) });
    world.ca.create = answers(160 * hour);
    await world.pass(132 * hour, 158 * hour, hour);
    expect(await world.renewedOf(ids)).toBe(70);
  }, 120_000);
});

describe('an authority that comes back after long', () => {
  it('is asked at its levelled pace, also for what was tried again and again meanwhile', async () => {
    world.ca.create = answers(90 * day);
    const authority = await outside();
    const ids = await world.many(authority, 70, 90 * day);
    world.ca.create = () => Promise.reject(new AppError('upstream_timeout', 'no answer', { reason: 'outbound.timeout' }));
    await world.pass(60 * day, 68 * day, hour / 2);
    expect((await world.rows('select 1 from certificate_renewal where authority_id = $1 and attempts >= 3', [authority.id])).length).toBeGreaterThan(30);
    world.ca.create = answers(90 * day);
    const counts: number[] = [];
    for (let ahead = 68 * 24 + 1; ahead <= 69 * 24; ahead += 1) {
      const before = await world.renewedOf(ids);
      await world.pass(ahead * hour, (ahead + 0.9) * hour, hour / 3);
      counts.push((await world.renewedOf(ids)) - before);
    }
    // Seventy in the week that is left of the first half of their window.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
    expect(Math.max(...counts)).toBeLessThan(4);
  }, 120_000);
});

describe('an attempt that fails', () => {
  it('is made again and again, later and later, well before the end, and told of', async () => {
    const failures = await world.platform.events('sifaka.v1.certificate.renewal_failed');
    const certificate = await world.issue(await outside(), 160 * hour);
    world.ca.create = () => Promise.reject(new AppError('failed_precondition', 'the CA does not like it', { reason: 'issuer.rejected' }));
    await world.pass(97 * hour, 97.5 * hour, 60_000);
    const record = await world.renewal(certificate.id);
    expect(record).toMatchObject({ state: 'failing', lastError: 'the CA does not like it', reason: expect.stringContaining('the last attempt failed: the CA does not like it') });
    expect(record.attempts).toBeGreaterThan(2);
    expect(record.attempts).toBeLessThan(9);
    expect((await failures.waitFor(({ subject }) => subject === String(certificate.id))).data).toMatchObject({ certificateId: certificate.id, error: 'the CA does not like it', attempts: 1, trigger: 'schedule' });
    world.ca.create = answers(160 * hour);
    await world.pass(98 * hour, 105 * hour, hour);
    expect(await world.successors(certificate.id)).toHaveLength(1);
  });

  it.each([
    ['that ended already', -hour],
    ['that ends no later than the old one', 30 * hour],
  ])('does not loop over an answer %s: it is kept apart and tried later', async (_what, lifeMs) => {
    const certificate = await world.issue(await outside(), 160 * hour);
    let asked = 0;
    world.ca.create = ({ csrDer, authority }) => {
      if (authority.id === certificate.authority?.id) asked += 1;
      const notBefore = new Date(world.now().getTime() - 2 * hour);
      return Promise.resolve({ status: 'issued', certificateDer: world.ca.sign(csrDer, { notBefore, notAfter: new Date(world.now().getTime() + lifeMs) }), chainDer: [world.ca.issuingDer, world.ca.rootDer], externalId: null });
    };
    await world.pass(97 * hour, 97.5 * hour, 60_000);
    expect(await world.successors(certificate.id)).toEqual([]);
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(9);
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'failing', lastError: expect.stringMatching(/the authority answered with a certificate that (ended already|ends at .*, no later than)/) });
    expect((await world.rows('select 1 from orphan_certificate where authority_id = $1', [certificate.authority?.id])).length).toBe(asked);
  });

  it('is told of once when it is late, and once more as last call', async () => {
    const told = await world.platform.events('sifaka.v1.certificate.renewal_late');
    const certificate = await world.issue(await outside(), 160 * hour, { notify: true });
    world.ca.create = () => Promise.reject(new AppError('failed_precondition', 'no', { reason: 'issuer.rejected' }));
    await world.pass(110 * hour, 158 * hour, 8 * hour);
    const last = await told.waitFor(({ subject, data }) => subject === String(certificate.id) && (data as { isLastCall: boolean }).isLastCall);
    expect(last.data).toMatchObject({ lastError: 'no', notify: true });
    expect((await world.rows("select late_told_at is not null as late, last_call_told_at is not null as last from certificate_renewal where certificate_id = $1", [certificate.id]))).toEqual([{ late: true, last: true }]);
    expect(told.heard.filter(({ event }) => event.subject === String(certificate.id))).toHaveLength(2);
  });
});

describe('a renewal that a stop cuts off', () => {
  it('after the certificate is there has one successor, and is told of once', async () => {
    const renewed = await world.platform.events('sifaka.v1.certificate.renewed');
    const certificate = await world.issue(await anAuthority(world.platform), 160 * hour);
    const settling = world.platform.service('issuer').app.get(SettleRenewals);
    const settle = settling.renewed.bind(settling);
    settling.renewed = () => new Promise(() => undefined);
    world.at(97 * hour);
    void world.tick().catch(() => undefined);
    for (let left = 200; left > 0 && (await world.successors(certificate.id)).length === 0; left -= 1) await new Promise((resolve) => setTimeout(resolve, 50));
    settling.renewed = settle;
    world.at(98 * hour);
    await world.tick();
    await world.tick();
    expect(await world.successors(certificate.id)).toHaveLength(1);
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'renewed' });
    expect((await renewed.waitFor(({ subject }) => subject === String(certificate.id))).data).toMatchObject({ trigger: 'schedule', notify: true });
    expect(renewed.heard.filter(({ event }) => event.subject === String(certificate.id))).toHaveLength(1);
  }, 60_000);

  it('before the certificate is there begins again, and makes one', async () => {
    const certificate = await world.issue(await anAuthority(world.platform), 160 * hour);
    const renew = world.platform.service('issuer').app.get(RenewCertificate);
    const run = renew.run.bind(renew);
    let cut: (error: Error) => void = () => undefined;
    renew.run = () => new Promise((_resolve, reject) => (cut = reject));
    world.at(97 * hour);
    const tick = world.tick().catch(() => undefined);
    for (let left = 200; left > 0 && (await world.renewal(certificate.id)).state !== 'running'; left -= 1) await new Promise((resolve) => setTimeout(resolve, 50));
    renew.run = run;
    world.at(97.2 * hour);
    const second = world.tick();
    for (let left = 200; left > 0 && (await world.successors(certificate.id)).length === 0; left -= 1) await new Promise((resolve) => setTimeout(resolve, 50));
    cut(new AppError('upstream_failed', 'an answer to nobody'));
    await Promise.all([tick, second]);
    expect(await world.successors(certificate.id)).toHaveLength(1);
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'renewed' });
  }, 60_000);
});

describe('an authority that answers later', () => {
  const job = { signal: new AbortController().signal };
  const pendingOf = async (id: number): Promise<number> => {
    const { state, pendingCertificateId } = await world.renewal(id);
    expect(state).toBe('pending');
    return pendingCertificateId ?? 0;
  };

  it('is asked once, and its answer is the renewal', async () => {
    const certificate = await world.issue(await outside(), 160 * hour, { name: 'later' });
    world.ca.create = () => Promise.resolve(later({ until: new Date(Date.now() + 30 * day) }));
    await world.pass(97 * hour, 99 * hour, hour / 2);
    const pending = await pendingOf(certificate.id);
    expect(await world.successors(certificate.id)).toEqual([]);
    world.ca.poll = ({ csrDer }) => Promise.resolve(world.signed(csrDer, 160 * hour));
    await world.platform.service('issuer').app.get(PollPending).run({ id: pending }, job);
    await world.tick();
    const [successor = 0] = await world.successors(certificate.id);
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'renewed', successorId: successor });
    expect(await world.certificate(successor)).toMatchObject({ name: 'later-2', description: expect.stringContaining(`cert ID ${certificate.id}`) });
    expect(await world.rows('select renewal_of, custom_name from certificate where id = $1', [successor])).toEqual([{ renewal_of: certificate.id, custom_name: 'later' }]);
  });

  it('and then refuses, or is cancelled, is asked again', async () => {
    const certificate = await world.issue(await outside(), 160 * hour);
    world.ca.create = () => Promise.resolve(later({ until: new Date(Date.now() + 30 * day) }));
    world.at(97 * hour);
    await world.tick();
    world.ca.poll = () => Promise.resolve({ status: 'rejected', reason: 'too many' });
    await world.platform.service('issuer').app.get(PollPending).run({ id: await pendingOf(certificate.id) }, job);
    await world.tick();
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'failing', lastError: 'too many', attempts: 1 });
    world.at(98 * hour);
    await world.tick();
    const second = await pendingOf(certificate.id);
    world.at(0);
    world.ca.cancel = () => Promise.resolve();
    await world.platform.call('gateway', cancelPendingCertificate, { id: second, note: 'not now' }, { principal: admin });
    world.at(98.1 * hour);
    await world.tick();
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'failing', attempts: 2, lastError: 'somebody cancelled the pending certificate' });
    world.ca.create = answers(160 * hour);
    world.at(100 * hour);
    await world.tick();
    expect(await world.successors(certificate.id)).toHaveLength(1);
  });
});
