import { issueCertificate, type AuthorityRecord, type EventContract, type IssueAnswer, type PendingCertificateRecord, type Principal, type RequestOf, type TaskArguments, type TaskReport } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { newEvent } from '@sifaka/messaging';
import { derFrom } from '@sifaka/pki';
import type { TestPlatform } from '@sifaka/testing';
import type { z } from 'zod';
import { issuerServiceWith } from '../issuer.service.js';
import { PollPending } from '../pending/poll-pending.js';
import { SweepPending } from '../pending/sweep-pending.js';
import { WatchPending } from '../pending/watch-pending.js';
import { issuerPlugins } from '../plugins/hosted-plugins.js';
import { admin, anAuthority, anIssuer, aRequest } from './an-issuer.js';
import { anOutsideCa, type OutsideCa } from './an-outside-ca.js';

/** An issuer with authorities of a CA elsewhere, and hands to do by hand what jobs and acme-svc do. */
export interface PendingWorld {
  platform: TestPlatform;
  ca: OutsideCa;
  authority: Record<'poll' | 'order' | 'upload', AuthorityRecord>;
  /** Does it at another time: callers are known only in theirs. */
  after(aheadMs: number, work: () => Promise<unknown>): Promise<void>;
  ask(by: 'poll' | 'order' | 'upload', parts?: Partial<RequestOf<typeof issueCertificate>>, principal?: Principal): Promise<IssueAnswer>;
  /** The same, where the answer is a promise. */
  pend(by: 'poll' | 'order' | 'upload', parts?: Partial<RequestOf<typeof issueCertificate>>, principal?: Principal): Promise<PendingCertificateRecord>;
  poll(id: number): Promise<void>;
  sweep(): Promise<TaskReport>;
  removeOld(args?: TaskArguments): Promise<TaskReport>;
  /** Looks after one that has ended. */
  watch(id: number): Promise<void>;
  /** Publishes as acme-svc does. */
  tell<E extends EventContract>(contract: E, data: z.input<E['data']>, at?: Date): Promise<void>;
  rows(sql: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export async function aPendingWorld(env: Record<string, string> = {}): Promise<PendingWorld> {
  const ca = anOutsideCa();
  const clock = { aheadMs: 0 };
  const shifted: Clock = { now: () => new Date(Date.now() + clock.aheadMs) };
  const platform = await anIssuer({ SIFAKA_TASKS: byHandAlone, ...env }, issuerServiceWith([...issuerPlugins, ...ca.plugins]), shifted);
  const founded = (by: string) => anAuthority(platform, { plugin: { slug: `outside-${by}` } });
  const authority = { poll: await founded('poll'), order: await founded('order'), upload: await founded('upload') };
  const acme = await platform.bus.connect('acme');
  const job = { signal: new AbortController().signal };
  const ask: PendingWorld['ask'] = (by, parts = {}, principal = admin) => platform.call('gateway', issueCertificate, aRequest(authority[by], parts), { principal });
  return {
    platform,
    ca,
    authority,
    async after(aheadMs, work) {
      clock.aheadMs = aheadMs;
      await work().finally(() => (clock.aheadMs = 0));
    },
    ask,
    async pend(by, parts, principal) {
      const answer = await ask(by, parts, principal);
      if ('pending' in answer) return answer.pending;
      throw new Error(`certificate ${answer.certificate.id} came at once`);
    },
    poll: (id) => platform.service('issuer').app.get(PollPending).run({ id }, job),
    sweep: () => platform.service('issuer').app.get(SweepPending).fetchAll({}, job),
    removeOld: (args = {}) => platform.service('issuer').app.get(SweepPending).removeOld(args, job),
    watch: (id) => platform.service('issuer').app.get(WatchPending).run({ id }, job),
    async tell(contract, data, at = new Date()) {
      const { envelope } = newEvent(contract, data, { at });
      acme.connection.publish(contract.subject, JSON.stringify(envelope));
      await acme.connection.flush();
    },
    rows: (sql, params = []) => platform.database('issuer').query(sql, params),
    stop: () => platform.stop(),
  };
}

/** Schedules follow the clock: each step ahead would let them do what the test does. */
const byHandAlone = JSON.stringify({ fetch_all_pending_acme_certs: { enabled: false }, remove_old_acme_certs: { enabled: false } });

export const csrDer = ({ csr }: { csr: string }): Buffer => derFrom(csr, 'CERTIFICATE REQUEST');

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
