import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, Principal, SyncRunRecord, syncSource } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { Job } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { SyncRuns } from '../sync/sync-runs.repository.js';
import { isDue } from './schedule.js';
import { usualSchedule } from './sync-tasks.js';
import { SourceTrail } from './source-trail.js';
import { noSuchSource, SourceRepository } from './source.repository.js';
import { runView } from './source.view.js';

/** Asks for runs: because somebody wants one, or because a schedule says so. */
@Injectable()
export class RequestSync {
  constructor(
    private readonly database: Database,
    private readonly sources: SourceRepository,
    private readonly runs: SyncRuns,
    private readonly trail: SourceTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The run that waits or is under way, if there is one. */
  async now({ id }: InputOf<typeof syncSource>, principal: Principal): Promise<SyncRunRecord> {
    allow(principal, 'administer', { what: 'look at sources' });
    return this.database.transaction(async (tx) => {
      const source = await this.sources.lock(tx, id);
      if (source === undefined) throw noSuchSource(id);
      const { run, isNew } = await this.runs.request(tx, id, 'request');
      if (run === undefined) throw new AppError('not_found', `source ${id} does not exist`);
      if (isNew) await this.trail.syncRequested(tx, principal, source, run.id);
      return runView(run);
    });
  }

  /** Whoever is being looked at already has had its tick. What has no schedule of its own is looked at by `sync_all_sources`. */
  @Job('schedule-source-syncs', { cron: '* * * * *', timeLimitMs: 50_000 })
  async schedule(): Promise<void> {
    const now = this.clock.now();
    for (const { id, schedule, scheduled_since: scheduledSince, last_taken_at: lastTakenAt } of await this.sources.scheduled(usualSchedule)) {
      if (isDue({ schedule, scheduledSince, lastTakenAt }, now)) await this.database.transaction((tx) => this.runs.request(tx, id, 'schedule'));
    }
  }
}
