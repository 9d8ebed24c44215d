import { getCertificate, switchCertificate, type CertificateRecord, type RenewalRecord, type RequestOf, type issueCertificate } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import type { IssueOutcome } from '@sifaka/plugin-sdk';
import type { RunningService } from '@sifaka/runtime';
import { RenewDue } from '../renewal/renew-due.js';
import { ReadRenewal } from '../renewal/read-renewal.js';
import { ReissueTask } from '../renewal/reissue-task.js';
import { issuerServiceWith } from '../issuer.service.js';
import { issuerPlugins } from '../plugins/hosted-plugins.js';
import { admin, anIssuer, issue } from './an-issuer.js';
import { anOutsideCa, type OutsideCa } from './an-outside-ca.js';
import { waitUntil, type TestPlatform } from '@sifaka/testing';

export const hour = 3_600_000;
export const day = 24 * hour;

/** An issuer whose time can be moved, and hands that renew when told to. */
export interface RenewalWorld {
  platform: TestPlatform;
  ca: OutsideCa;
  /** Moves the clock of all services that far ahead of the real one; callers with a user's context are known in real time only. */
  at(aheadMs: number): void;
  now(): Date;
  /** One run of the minute's job, in that replica. */
  tick(service?: RunningService): Promise<void>;
  /** The same again and again over so long, in steps. */
  pass(fromMs: number, toMs: number, stepMs: number): Promise<void>;
  /** The task, as a person runs it. */
  reissueAll(args?: { dryRun?: boolean }): Promise<Record<string, unknown>>;
  /** With rotation on and valid for so long from now. */
  issue(authority: { id: number }, lifeMs: number, parts?: Partial<RequestOf<typeof issueCertificate>>): Promise<CertificateRecord>;
  renewal(id: number): Promise<RenewalRecord>;
  certificate(id: number): Promise<CertificateRecord>;
  rotate(id: number, rotation: boolean): Promise<CertificateRecord>;
  successors(id: number): Promise<number[]>;
  /** Ids of many certificates with rotation on that were issued together, the first by the authority: copies of one, as far as renewals are concerned. */
  many(authority: { id: number }, count: number, lifeMs: number): Promise<number[]>;
  /** How many of these have a successor. */
  renewedOf(ids: readonly number[]): Promise<number>;
  /** An answer of the CA elsewhere: a certificate at once, for so long. */
  signed(csr: Uint8Array, lifeMs: number): Extract<IssueOutcome, { status: 'issued' }>;
  rows<R = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<R[]>;
  stop(): Promise<void>;
}

export async function aRenewalWorld(env: Record<string, string> = {}): Promise<RenewalWorld> {
  const ca = anOutsideCa();
  const clock = { aheadMs: 0 };
  const shifted: Clock = { now: () => new Date(Date.now() + clock.aheadMs) };
  const platform = await anIssuer(env, issuerServiceWith([...issuerPlugins, ...ca.plugins]), shifted);
  const signal = new AbortController().signal;
  const renewDue = (service: RunningService) => service.app.get(RenewDue);
  /** At the real time: that is when callers are known. */
  const asUser = async <T>(ask: () => Promise<T>): Promise<T> => {
    const { aheadMs } = clock;
    clock.aheadMs = 0;
    return ask().finally(() => (clock.aheadMs = aheadMs));
  };
  const rows: RenewalWorld['rows'] = (sql, params = []) => platform.database('issuer').query(sql, params);
  // The platform's own run may be at work at the same time, and holds what it has claimed.
  const atRest = () => waitUntil(async () => (await rows("select 1 from certificate_renewal where state = 'running'")).length === 0, { timeoutMs: 30_000 });
  const tick = async (service = platform.service('issuer')) => {
    await renewDue(service).run(shifted, { signal, patienceMs: 60_000, requestedAt: null });
    await atRest();
  };
  const issueFor: RenewalWorld['issue'] = (authority, lifeMs, parts = {}) => {
    const now = Date.now();
    const validity = { validityYears: null, validityStart: new Date(now).toISOString(), validityEnd: new Date(now + lifeMs).toISOString() };
    return asUser(() => issue(platform, authority, { rotation: true, ...validity, ...parts }));
  };
  return {
    platform,
    ca,
    at: (aheadMs) => void (clock.aheadMs = aheadMs),
    now: () => shifted.now(),
    tick,
    async pass(fromMs, toMs, stepMs) {
      for (let ahead = fromMs; ahead <= toMs; ahead += stepMs) {
        clock.aheadMs = ahead;
        await tick();
      }
    },
    reissueAll: (args = {}) => platform.service('issuer').app.get(ReissueTask).run(args, { signal, trigger: 'request' }),
    issue: issueFor,
    async many(authority, count, lifeMs) {
      const first = await issueFor(authority, lifeMs);
      const copies = await rows<{ id: number }>(copySql, [first.id, count]);
      return [first.id, ...copies.map(({ id }) => id)];
    },
    renewedOf: async (ids) => (await rows<{ n: number }>('select count(distinct replaced_id)::int as n from certificate_replacement where replaced_id = any($1::int[])', [ids]))[0]?.n ?? 0,
    signed(csr, lifeMs) {
      const notBefore = new Date(shifted.now().getTime() - 1_000);
      return { status: 'issued', certificateDer: ca.sign(csr, { notBefore, notAfter: new Date(notBefore.getTime() + lifeMs) }), chainDer: [ca.issuingDer, ca.rootDer], externalId: null };
    },
    renewal: (id) => platform.service('issuer').app.get(ReadRenewal).run({ id }),
    certificate: (id) => asUser(() => platform.call('gateway', getCertificate, { id }, { principal: admin })),
    rotate: (id, rotation) => asUser(() => platform.call('gateway', switchCertificate, { id, notify: null, rotation }, { principal: admin })),
    successors: async (id) => (await rows<{ id: number }>('select certificate_id as id from certificate_replacement where replaced_id = $1 order by 1', [id])).map((row) => row.id),
    rows,
    stop: () => platform.stop(),
  };
}

const copySql = `
  insert into certificate (name, owner, owner_role_id, role_ids, rotation, notify, der, chain_id, key_id, issuer, cn, serial, serial_hex, bits, key_type, not_before, not_after,
    distinguished_name, authority_id, fingerprint_sha256, user_id)
  select name || '-copy-' || n, owner, owner_role_id, role_ids, true, notify, der, chain_id, key_id, issuer, cn, n::text, 'C' || n || '-' || id, bits, key_type, not_before, not_after,
    distinguished_name, authority_id, sha256(('copy ' || id || ' ' || n)::bytea), user_id
  from certificate, generate_series(2, $2::int) n where id = $1 returning id`;
