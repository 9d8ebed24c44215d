import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { authorityPauseMs, levelledPerHour, refilledTokens, type Backlogged } from '@sifaka/policy';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import type { Claim } from './renewal.repository.js';
import { attemptedSql, backlogSql, fleetSql, takeDueSql, takeOpenSql } from './renewal.sql.js';

/** Hands out what is due at an authority no faster than that may be asked; all replicas share one row an authority. */
@Injectable()
export class RenewalPace {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: IssuerConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Claims for so long. An authority that failed last is given one certificate, once its pause is over.
   *
   * @param requestedAt when a person asked for all whose window is open: the levelled rate does not count then, only the configured one,
   * and each is tried once
   */
  take(authorityId: number, limit: number, { leaseMs, requestedAt }: { leaseMs: number; requestedAt: Date | null }): Promise<Claim[]> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + leaseMs);
    return this.database.transaction(async (tx) => {
      const pace = await this.lock(tx, authorityId);
      if (requestedAt === null && pace.pausedUntil !== null && pace.pausedUntil > now) return [];
      const counted = await this.counted(tx, pace, now);
      const cap = this.capOf(counted.name);
      const perHour = Math.min(levelledPerHour({ ...counted, backlog: await this.backlog(tx, authorityId, now), now }), cap);
      const elapsedMs = pace.tokensAt === null ? Infinity : now.getTime() - pace.tokensAt.getTime();
      const tokens = refilledTokens({ tokens: pace.tokens, perHour, elapsedMs });
      const left = cap === Infinity ? Infinity : cap - (await this.attempted(tx, authorityId, now));
      // A probe is paced by its pauses, and takes no token: whoever has few would wait for hours to learn that an authority is back.
      const isProbe = pace.failures > 0;
      const most = Math.max(0, Math.min(limit, left, isProbe ? 1 : requestedAt === null ? Math.floor(tokens) : Infinity));
      const claims = most === 0 ? [] : await this.claim(tx, [authorityId, now, most, until], requestedAt);
      await tx.query(paceSql, [authorityId, counted.steadyPerHour, counted.fleet, counted.countedAt, perHour, isProbe ? tokens : Math.max(0, tokens - claims.length), now]);
      return claims;
    });
  }

  /** Milliseconds until the authority may be asked once more; 0: now. */
  async waitMs(authorityId: number, authorityName: string): Promise<number> {
    const now = this.clock.now();
    const cap = this.capOf(authorityName);
    return cap === Infinity || (await this.attempted(this.database, authorityId, now)) < cap ? 0 : hourMs / Math.max(cap, 1);
  }

  async succeeded(authorityId: number): Promise<void> {
    await this.database.query({ name: 'renewal-pace-succeeded', text: succeededSql, values: [authorityId] });
  }

  /** It is left alone for a while. */
  async failed(authorityId: number, { error, retryAfterMs }: { error: string; retryAfterMs: number | undefined }): Promise<void> {
    const now = this.clock.now();
    await this.database.transaction(async (tx) => {
      const { failures } = await this.lock(tx, authorityId);
      const pauseMs = authorityPauseMs({ failures: failures + 1, retryAfterMs, random: Math.random() });
      await tx.query(failedSql, [authorityId, error, now, new Date(now.getTime() + pauseMs)]);
    });
  }

  private claim(tx: Sql, values: readonly unknown[], requestedAt: Date | null): Promise<Claim[]> {
    if (requestedAt === null) return tx.query<Claim & Record<string, unknown>>(takeDueSql, [...values, 'schedule']);
    return tx.query<Claim & Record<string, unknown>>(takeOpenSql, [...values, 'request', requestedAt]);
  }

  private capOf(authorityName: string): number {
    const { renewalsPerHour, renewalsPerHourOf } = this.config;
    const cap = renewalsPerHourOf[authorityName] ?? renewalsPerHour;
    return cap === 0 ? Infinity : cap;
  }

  private async lock(tx: Sql, authorityId: number): Promise<PaceRow> {
    await tx.query('insert into renewal_pace (authority_id) values ($1) on conflict do nothing', [authorityId]);
    const [row] = await tx.query<PaceRow>(lockSql, [authorityId]);
    if (row === undefined) throw new Error(`authority ${authorityId} has no pace`);
    return row;
  }

  /** Counting a large inventory takes a while: it is done every ten minutes. */
  private async counted(tx: Sql, pace: PaceRow, now: Date): Promise<PaceRow & { countedAt: Date }> {
    const { countedAt } = pace;
    const ageMs = countedAt === null ? Infinity : Math.abs(now.getTime() - countedAt.getTime());
    if (countedAt !== null && ageMs < countMs) return { ...pace, countedAt };
    const [fleet] = await tx.query<{ fleet: number; steadyPerHour: number }>(fleetSql, [pace.authorityId]);
    return { ...pace, ...fleet, countedAt: now };
  }

  private backlog(tx: Sql, authorityId: number, now: Date): Promise<Backlogged[]> {
    return tx.query<Backlogged & Record<string, unknown>>({ name: 'renewal-backlog', text: backlogSql, values: [authorityId, now] });
  }

  private async attempted(sql: Sql, authorityId: number, now: Date): Promise<number> {
    const [row] = await sql.query<{ attempted: number }>(attemptedSql, [authorityId, new Date(now.getTime() - hourMs), now]);
    return row?.attempted ?? 0;
  }
}

interface PaceRow {
  authorityId: number;
  name: string;
  steadyPerHour: number;
  fleet: number;
  countedAt: Date | null;
  tokens: number;
  tokensAt: Date | null;
  failures: number;
  pausedUntil: Date | null;
}

const lockSql = `
  select p.authority_id as "authorityId", a.name, p.steady_per_hour as "steadyPerHour", p.fleet, p.counted_at as "countedAt", p.tokens,
    p.tokens_at as "tokensAt", p.failures, p.paused_until as "pausedUntil"
  from renewal_pace p join authority a on a.id = p.authority_id where p.authority_id = $1 for update of p`;

const paceSql = `
  update renewal_pace set steady_per_hour = $2, fleet = $3, counted_at = $4, per_hour = $5, tokens = $6, tokens_at = $7 where authority_id = $1`;

const succeededSql = `
  update renewal_pace set failures = 0, failing_since = null, last_error = null, paused_until = null where authority_id = $1 and failures > 0`;

const failedSql = `
  update renewal_pace set failures = failures + 1, failing_since = coalesce(failing_since, $3), last_error = $2, paused_until = $4 where authority_id = $1`;

const hourMs = 3_600_000;
const countMs = 600_000;
