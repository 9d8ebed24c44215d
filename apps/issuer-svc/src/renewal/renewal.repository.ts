import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { renewalIdentity } from '../issuance/request-identity.js';
import * as sql from './renewal.sql.js';

/** A certificate that somebody renews; the claim tells this attempt from others. */
export interface Claim {
  readonly certificateId: number;
  readonly claim: number;
  readonly authorityId: number;
  readonly trigger: 'schedule' | 'request';
}

/** What was decided for a certificate; a row of `planSql`. */
export interface PlannedRow {
  certificate_id: number;
  revision: number;
  state: 'off' | 'waiting' | 'renewed';
  reason: string;
  policy_id: number | null;
  policy_version: number;
  settings_hash: string;
  awaits_suggestion: boolean;
  authority_id: number | null;
  not_after: Date;
  window_start: Date | null;
  planned_at: Date | null;
  soft_deadline: Date | null;
  late_at: Date | null;
  last_call_at: Date | null;
  period_seconds: number | null;
}

export interface EndedPending extends Claim {
  readonly state: 'failed' | 'cancelled' | null;
  readonly lastError: string | null;
}

/** SQL of renewals as they proceed. Times come from the clock of the service. */
@Injectable()
export class RenewalRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.database.transaction(work, { retries: 3 });
  }

  async stale(settingsHash: string, limit: number): Promise<number[]> {
    return (await this.database.query<{ id: number }>({ name: 'renewal-stale', text: sql.staleSql, values: [settingsHash, limit] })).map(({ id }) => id);
  }

  /** Those that the CA's own suggestion is still asked for, in the order of their ids. */
  async awaiting(after: number, limit: number): Promise<number[]> {
    return (await this.database.query<{ id: number }>({ name: 'renewal-awaiting', text: sql.awaitingSql, values: [after, limit] })).map(({ id }) => id);
  }

  async plan(rows: readonly PlannedRow[], now: Date): Promise<void> {
    if (rows.length > 0) await this.database.query({ name: 'renewal-plan', text: sql.planSql, values: [JSON.stringify(rows), now] });
  }

  async authorities(isByRequest: boolean, now: Date): Promise<number[]> {
    const text = isByRequest ? sql.openAuthoritiesSql : sql.dueAuthoritiesSql;
    return (await this.database.query<{ id: number }>(text, [now])).map(({ id }) => id);
  }

  /** Null when somebody renews it already. */
  async claim(certificateId: number, authorityId: number, { now, until, requestKey }: { now: Date; until: Date; requestKey: string | null }): Promise<Claim | null> {
    const [row] = await this.database.query<{ claim: number }>(sql.claimSql, [certificateId, now, until, requestKey, authorityId]);
    return row === undefined ? null : { certificateId, claim: row.claim, authorityId, trigger: 'request' };
  }

  /** Somebody renews it right now. */
  async isClaimed(certificateId: number, now: Date): Promise<boolean> {
    return (await this.database.query(sql.claimedSql, [certificateId, now])).length > 0;
  }

  async release({ certificateId, claim }: Claim, now: Date): Promise<void> {
    await this.database.query(sql.releaseSql, [certificateId, claim, now]);
  }

  async expireLeases(now: Date): Promise<void> {
    await this.database.query(sql.expireSql, [now]);
    await this.database.query(sql.aheadSql, [now]);
  }

  /** Its authority issues: what others failed with since counts as their own. */
  async noteSuccess(certificateId: number, now: Date): Promise<void> {
    await this.database.query({ name: 'renewal-succeeded', text: sql.succeededSql, values: [certificateId, now] });
  }

  /** Attempts that failed so far; null when somebody else has decided meanwhile. */
  async fail(tx: Sql, { certificateId, claim }: Claim, error: string, { now, nextTryAt }: { now: Date; nextTryAt: Date }): Promise<number | null> {
    const [row] = await tx.query<{ attempts: number }>(sql.failSql, [certificateId, claim, error, nextTryAt, now]);
    await tx.query(sql.freeKeySql, [renewalIdentity(certificateId).key]);
    return row?.attempts ?? null;
  }

  /** What came to nothing is asked for anew by whoever asks with this key again. */
  async freeKey(requestKey: string): Promise<void> {
    await this.database.query(sql.freeKeySql, [requestKey]);
  }

  async pend({ certificateId, claim }: Claim, pendingCertificateId: number): Promise<void> {
    await this.database.query(sql.pendSql, [certificateId, claim, pendingCertificateId]);
  }

  /** Who asked for it; null when it is on record already. */
  async renewed(tx: Sql, certificateId: number, successorId: number, reason: string): Promise<'schedule' | 'request' | null> {
    const [row] = await tx.query<{ trigger: 'schedule' | 'request' }>(sql.renewedSql, [certificateId, successorId, reason]);
    return row?.trigger ?? null;
  }

  endedPendings(limit: number): Promise<EndedPending[]> {
    return this.database.query<EndedPending>(sql.endedPendingSql, [limit]);
  }

  late(now: Date, limit: number): Promise<{ id: number; isLastCall: boolean }[]> {
    return this.database.query<{ id: number; isLastCall: boolean }>(sql.lateSql, [now, limit]);
  }

  async toldLate(tx: Sql, id: number, isLastCall: boolean, now: Date): Promise<{ lastError: string | null; attempts: number } | null> {
    const [row] = await tx.query<{ lastError: string | null; attempts: number }>(sql.toldLateSql, [id, now, isLastCall]);
    return row ?? null;
  }
}
