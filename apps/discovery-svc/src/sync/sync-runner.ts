import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError, newId } from '@sifaka/kernel';
import { backgroundCall, Job, runInCall, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CONFIG, LOGGER } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { PolicyRepository } from '../endpoint/policy.repository.js';
import { leaseMs, LeaseRepository, type LeasedRun } from './lease.repository.js';
import { RunSource } from './run-source.js';
import { SyncRuns } from './sync-runs.repository.js';

/** From its first start to its end, however often it is taken up: longer, and the next tick would meet it. */
const limitMs = 2 * 3_600_000;
/** Within which a run that took too long is ended. */
const endMs = 60_000;
const pollMs = 1_000;
const prunedAtOnce = 100;

/**
 * Works on runs that wait, as many at a time as it may. A run is leased: a worker that is gone without a word is replaced after
 * half a minute, one that stops says so and is replaced at once.
 */
@Injectable()
export class SyncRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker = newId();
  private readonly stopping = new AbortController();
  private readonly running = new Map<number, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly leases: LeaseRepository,
    private readonly runs: SyncRuns,
    private readonly source: RunSource,
    private readonly policies: PolicyRepository,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'sourceSyncConcurrency' | 'sourceRunsKeptDays'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.poll(), 0);
  }

  /** What is interrupted goes on elsewhere, or here after the start. */
  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort(new AppError('unavailable', 'the service stops', { reason: 'sync.stopped' }));
    await Promise.allSettled(this.running.values());
  }

  /** Forgets runs and findings of long ago, and policies that nobody offers any more. */
  @Job('prune-source-syncs', { cron: '23 3 * * *', timeLimitMs: 600_000 })
  async prune(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    while (!signal.aborted && (await this.runs.prune(this.config.sourceRunsKeptDays, prunedAtOnce)) === prunedAtOnce);
    await this.policies.prune();
  }

  private async poll(): Promise<void> {
    try {
      while (!this.stopping.signal.aborted && this.running.size < this.config.sourceSyncConcurrency) {
        const run = await this.leases.claim(this.worker);
        if (run === undefined) break;
        this.start(run);
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'could not look for sources that wait');
    }
    if (!this.stopping.signal.aborted) this.timer = setTimeout(() => void this.poll(), pollMs);
  }

  private start(run: LeasedRun): void {
    const work = this.work(run).finally(() => this.running.delete(run.id));
    this.running.set(run.id, work);
  }

  private async work(run: LeasedRun): Promise<void> {
    const lost = new AbortController();
    const late = new AbortController();
    const leftMs = Math.max(0, limitMs - (Date.now() - run.started_at.getTime()));
    const deadline = setTimeout(() => late.abort(new AppError('upstream_timeout', `it took longer than ${limitMs / 3_600_000} h`, { reason: 'sync.too_long' })), leftMs);
    const heart = setInterval(() => {
      // A database that does not answer says nothing about the lease: what is written next does.
      this.leases.extend(run).then((has) => has || lost.abort(new AppError('conflict', 'another replica has taken this run over', { reason: 'sync.lease_lost' })), () => undefined);
    }, leaseMs / 4);
    try {
      const signal = AbortSignal.any([this.stopping.signal, lost.signal, late.signal]);
      await runInCall(backgroundCall('discovery', new Date(Date.now() + Math.max(leftMs, endMs)), signal), () => this.source.run(run, signal));
    } catch (error) {
      this.logger.error({ err: error, runId: run.id, sourceId: run.source_id }, 'a run over a source could not be ended');
    } finally {
      clearTimeout(deadline);
      clearInterval(heart);
    }
  }
}
