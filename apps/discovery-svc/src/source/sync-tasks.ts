import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { findTask, type SyncCounts, type TaskArguments, type TaskReport } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Task, type TaskContext } from '@sifaka/messaging';
import { SyncRuns } from '../sync/sync-runs.repository.js';
import type { SyncRunRow } from './source-row.js';
import { noSuchLabel, SourceRepository } from './source.repository.js';

const pollMs = 1_000;
/** Lines of a report. */
const told = 50;

/** Of a source that nobody gave another one: the task that looks at all has that, or what the installation sets in its place. */
export const usualSchedule = findTask('sync_all_sources')?.cron ?? null;

/** Has sources looked at: all that have no schedule of their own, or one. */
@Injectable()
export class SyncTasks {
  constructor(
    private readonly database: Database,
    private readonly sources: SourceRepository,
    private readonly runs: SyncRuns,
  ) {}

  /** Asks for the runs; they are worked on side by side, and nobody waits for them here. Whoever runs it by hand means every active source. */
  @Task('sync_all_sources')
  async all(_asked: TaskArguments, { signal, trigger }: TaskContext): Promise<TaskReport> {
    const meant = (await this.sources.active()).filter(({ schedule }) => trigger === 'request' || schedule === usualSchedule);
    const labels: { begun: string[]; underWay: string[] } = { begun: [], underWay: [] };
    for (const { id, label } of meant) {
      signal.throwIfAborted();
      const { isNew } = await this.database.transaction((tx) => this.runs.request(tx, id, trigger));
      labels[isNew ? 'begun' : 'underWay'].push(label);
    }
    return { begun: labels.begun.length, underWay: labels.underWay.length, sources: labels.begun.slice(0, told) };
  }

  /** Waits for the end, so that it is told how it went. */
  @Task('sync_source')
  async one({ label }: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    if (label === undefined) throw new AppError('invalid_argument', 'label: says which source', { reason: 'task.argument_missing', fields: [{ path: 'label', message: 'is required' }] });
    const source = await this.sources.byLabel(label);
    if (source === undefined) throw noSuchLabel(label);
    const { run } = await this.database.transaction((tx) => this.runs.request(tx, source.id, 'request'));
    const ended = run === undefined ? undefined : await this.end(run, signal);
    if (ended === undefined) throw noSuchLabel(label);
    if (ended.state === 'failed') throw new AppError('upstream_failed', `source "${label}": ${ended.error ?? 'the run failed'}`, { reason: 'sync.failed' });
    const counts: SyncCounts = ended.counts;
    return { source: label, runId: ended.id, state: ended.state, ...counts };
  }

  /** Undefined: the source was deleted meanwhile. */
  private async end({ id }: SyncRunRow, signal: AbortSignal): Promise<SyncRunRow | undefined> {
    for (;;) {
      const run = await this.runs.byId(id);
      if (run?.finished_at !== null) return run;
      await delay(pollMs, undefined, { signal });
    }
  }
}
