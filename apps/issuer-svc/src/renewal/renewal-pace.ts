import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { authorityPauseMs, levelledPerHour, longestPauseMs, refilledTokens, type Backlogged } from '@sifaka/policy';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import type { Claim } from './renewal.repository.js';
import { attemptedSql, backlogSql, fleetSql, forgetAttemptsSql, noteAttemptsSql, takeDueSql, takeFailingSql, takeOpenSql, takeProbeSql } from './renewal.sql.js';

/** Hands out what is due at an authority no faster than that may be asked; all replicas share one row an authority. */
@Injectable()
export class RenewalPace {
  /** Of each authority, as it was at the beginning of a run. */
  private readonly backlogs = new Map<number, Backlogged[]>();

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
   * @param isFirst of a run: what failed again and again has its turn, and the backlog is counted
   */
  take(authorityId: number, limit: number, { leaseMs, requestedAt, isFirst }: Taking): Promise<{ claims: Claim[]; perHour: number }> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + leaseMs);
    return this.database.transaction(async (tx) => {
      const pace = await this.lock(tx, authorityId);
      if (requestedAt === null && isPaused(pace, now)) return { claims: [], perHour: 0 };
      const counted = await this.counted(tx, pace, now);
      const cap = this.capOf(counted.name);
      const perHour = requestedAt === null ? Math.min(levelledPerHour({ ...counted, backlog: await this.backlog(tx, authorityId, now, isFirst), now }), cap) : pace.perHour;
      const elapsedMs = pace.tokensAt === null ? Infinity : now.getTime() - pace.tokensAt.getTime();
      const tokens = refilledTokens({ tokens: pace.tokens, perHour, elapsedMs });
      const left = cap === Infinity ? Infinity : cap - (await this.attempted(tx, authorityId, now));
      const claim: Claiming = (text, most, ...further) => (most < 1 ? Promise.resolve([]) : tx.query(text, [authorityId, now, most, until, requestedAt === null ? 'schedule' : 'request', ...further]));
      const { claims, spent } = await this.choose(claim, { limit: Math.min(limit, left), tokens: Math.floor(tokens), left, isProbe: pace.failures > 0, requestedAt, isFirst });
      // Nothing is saved up while an authority is away, or the first hour after it would be a peak.
      const kept = pace.failures > 0 ? 0 : Math.max(0, tokens - spent);
      await tx.query(paceSql, [authorityId, counted.steadyPerHour, counted.fleet, counted.countedAt, perHour, kept, countedUntil(pace, now)]);
      if (cap !== Infinity && claims.length > 0) await this.note(tx, authorityId, claims.length, now);
      return { claims, perHour };
    });
  }

  /**
   * Counts one more request, made by hand.
   *
   * @param isDryRun only asks whether there is room for it
   * @throws AppError `rate_limited` where the configured limit of an hour is used up
   */
  async admit(authorityId: number, { isDryRun = false } = {}): Promise<void> {
    const now = this.clock.now();
    await this.database.transaction(async (tx) => {
      const { name } = await this.lock(tx, authorityId);
      const cap = this.capOf(name);
      if (cap === Infinity) return;
      if ((await this.attempted(tx, authorityId, now)) >= cap) throw limitReached(name, hourMs / cap);
      if (!isDryRun) await this.note(tx, authorityId, 1, now);
    });
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

  /** Which certificates, and how many tokens they cost. */
  private async choose(claim: Claiming, { limit, tokens, left, isProbe, requestedAt, isFirst }: Choice): Promise<{ claims: Claim[]; spent: number }> {
    if (requestedAt !== null) {
      const open = await claim(takeOpenSql, isProbe ? Math.min(1, limit) : limit, requestedAt);
      return { claims: open, spent: isProbe ? 0 : open.length };
    }
    // Paced by pauses, and without a token: whoever has few would wait for hours to learn that an authority is back.
    if (isProbe) return { claims: await claim(takeProbeSql, Math.min(1, limit)), spent: 0 };
    const due = await claim(takeDueSql, Math.min(limit, tokens));
    const failing = isFirst ? await claim(takeFailingSql, Math.min(failingAtOnce, left - due.length)) : [];
    return { claims: [...due, ...failing], spent: due.length };
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

  /** Counted once a run: all that is open is read for it. */
  private async backlog(tx: Sql, authorityId: number, now: Date, isFirst: boolean): Promise<Backlogged[]> {
    const before = isFirst ? undefined : this.backlogs.get(authorityId);
    if (before !== undefined) return before;
    const backlog = await tx.query<Backlogged & Record<string, unknown>>({ name: 'renewal-backlog', text: backlogSql, values: [authorityId, now] });
    this.backlogs.set(authorityId, backlog);
    return backlog;
  }

  private async attempted(sql: Sql, authorityId: number, now: Date): Promise<number> {
    const [row] = await sql.query<{ attempted: number }>(attemptedSql, [authorityId, ...hourAround(now)]);
    return row?.attempted ?? 0;
  }

  private async note(tx: Sql, authorityId: number, attempts: number, now: Date): Promise<void> {
    await tx.query(forgetAttemptsSql, [authorityId, ...hourAround(now)]);
    await tx.query(noteAttemptsSql, [authorityId, now, attempts]);
  }
}

interface Taking {
  leaseMs: number;
  requestedAt: Date | null;
  isFirst: boolean;
}

interface Choice extends Omit<Taking, 'leaseMs'> {
  limit: number;
  tokens: number;
  /** Of the configured limit. */
  left: number;
  isProbe: boolean;
}

type Claiming = (text: string, most: number, ...further: unknown[]) => Promise<(Claim & Record<string, unknown>)[]>;

/** The last hour, and what others wrote whose clocks are a little ahead. */
const hourAround = (now: Date): [Date, Date] => [new Date(now.getTime() - hourMs), new Date(now.getTime() + hourMs)];

const limitReached = (name: string, retryAfterMs: number): AppError =>
  new AppError('rate_limited', `authority "${name}" was asked for as many renewals this hour as renewalsPerHour allows`, { reason: 'renewal.rate', retryAfterMs });

/** Another replica's clock may be a little ahead: what it has counted is not counted again. One that is far ahead is nobody's. */
const countedUntil = ({ tokensAt }: PaceRow, now: Date): Date => (tokensAt !== null && tokensAt > now && tokensAt.getTime() - now.getTime() <= hourMs ? tokensAt : now);

/** A pause of longer than anybody is given is of a clock that was ahead. */
const isPaused = ({ pausedUntil }: PaceRow, now: Date): boolean => pausedUntil !== null && pausedUntil > now && pausedUntil.getTime() - now.getTime() <= longestPauseMs;

interface PaceRow {
  authorityId: number;
  name: string;
  steadyPerHour: number;
  fleet: number;
  countedAt: Date | null;
  tokens: number;
  tokensAt: Date | null;
  /** As it was last. */
  perHour: number;
  failures: number;
  pausedUntil: Date | null;
}

const lockSql = `
  select p.authority_id as "authorityId", a.name, p.steady_per_hour as "steadyPerHour", p.fleet, p.counted_at as "countedAt", p.tokens,
    p.tokens_at as "tokensAt", p.per_hour as "perHour", p.failures, p.paused_until as "pausedUntil"
  from renewal_pace p join authority a on a.id = p.authority_id where p.authority_id = $1 for update of p`;

const paceSql = `
  update renewal_pace set steady_per_hour = $2, fleet = $3, counted_at = $4, per_hour = $5, tokens = $6, tokens_at = $7 where authority_id = $1`;

const succeededSql = `
  update renewal_pace set failures = 0, failing_since = null, last_error = null, paused_until = null where authority_id = $1 and failures > 0`;

const failedSql = `
  update renewal_pace set failures = failures + 1, failing_since = coalesce(failing_since, $3), last_error = $2, paused_until = $4 where authority_id = $1`;

const hourMs = 3_600_000;
const countMs = 600_000;
const failingAtOnce = 4;
