import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { AuthorityMinute } from './authority-minute.js';
import { AttemptRenewal, type AttemptOutcome } from './attempt-renewal.js';
import { PlanRenewals } from './plan-renewals.js';
import { renewJob } from './renew-job.js';
import { RenewalPace } from './renewal-pace.js';
import { RenewalRepository } from './renewal.repository.js';
import { WatchRenewals } from './watch-renewals.js';

/** How many attempts came to what. */
export type RenewalCounts = Record<AttemptOutcome['status'], number>;

/** Renews what is due: plans what changed, looks after what hangs, tells what is late, and asks each authority at its pace. */
@Injectable()
export class RenewDue {
  constructor(
    private readonly renewals: RenewalRepository,
    private readonly planning: PlanRenewals,
    private readonly watching: WatchRenewals,
    private readonly pace: RenewalPace,
    private readonly attempts: AttemptRenewal,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param clock of the decisions; how long it all takes is measured apart from it */
  async run(clock: Clock, { signal, patienceMs, requestedAt }: { signal: AbortSignal; patienceMs: number; requestedAt: Date | null }): Promise<RenewalCounts> {
    const stopAt = performance.now() + patienceMs;
    const counts: RenewalCounts = { renewed: 0, pending: 0, failed: 0, skipped: 0 };
    await this.prepare(clock, signal);
    const waiting = await this.renewals.authorities(requestedAt !== null, clock.now());
    const next = async (): Promise<void> => {
      for (let authorityId = waiting.shift(); authorityId !== undefined; authorityId = waiting.shift()) {
        await this.drain(authorityId, counts, { clock, requestedAt, mayGoOn: () => !signal.aborted && performance.now() < stopAt, signal });
      }
    };
    await Promise.all(Array.from({ length: authoritiesAtOnce }, next));
    return counts;
  }

  /** Everything but asking authorities. */
  async prepare(clock: Clock, signal: AbortSignal): Promise<void> {
    await this.renewals.expireLeases(clock.now());
    await this.watching.endedPendings();
    await this.planning.run(clock.now(), signal);
    await this.watching.late(signal);
  }

  private async drain(authorityId: number, counts: RenewalCounts, run: { clock: Clock; requestedAt: Date | null; mayGoOn: () => boolean; signal: AbortSignal }): Promise<void> {
    const { clock, requestedAt, mayGoOn, signal } = run;
    for (const minute = new AuthorityMinute(requestedAt !== null); mayGoOn(); ) {
      if (!(await minute.hasRoom(signal))) return;
      const { claims, perHour } = await this.pace.take(authorityId, atOnce, { leaseMs, requestedAt, isFirst: minute.isNew });
      if (claims.length === 0) return;
      minute.taken(claims.length, perHour);
      const outcomes = await Promise.all(claims.map((claim) => this.attempts.run(claim, () => clock.now(), signal)));
      for (const outcome of outcomes) {
        counts[outcome.status] += 1;
        if (outcome.status === 'failed') this.logger.warn({ authorityId, err: outcome.error }, 'a certificate could not be renewed');
      }
      if (await this.isAway(authorityId, outcomes)) return;
    }
  }

  /** Whoever is away is not asked for all others, too: one failure, however many heard of it. One that answers some is not away. */
  private async isAway(authorityId: number, outcomes: readonly AttemptOutcome[]): Promise<boolean> {
    const unanswered = outcomes.flatMap((outcome) => (outcome.status === 'failed' && outcome.isAuthorityAway ? [outcome.fault] : []));
    const [first] = unanswered;
    const isAnswering = outcomes.some(({ status }) => status === 'renewed' || status === 'pending');
    const retryAfterMs = Math.max(0, ...unanswered.map((fault) => fault.retryAfterMs ?? 0));
    if (first === undefined || (isAnswering && retryAfterMs === 0)) return false;
    await this.pace.failed(authorityId, { error: first.error, retryAfterMs });
    return true;
  }
}

/** Runs it every minute. */
@Injectable()
export class RenewEveryMinute {
  constructor(
    private readonly due: RenewDue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Job(renewJob, { cron: '* * * * *', timeLimitMs: 115_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    await this.due.run(this.clock, { signal, patienceMs: 45_000, requestedAt: null });
  }
}

/** Longer than any authority takes to answer. */
const leaseMs = 300_000;
const atOnce = 8;
const authoritiesAtOnce = 4;
