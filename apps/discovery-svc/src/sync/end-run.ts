import { Inject, Injectable } from '@nestjs/common';
import { sourceSynchronized } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { newEvent, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ExpireEndpoints } from '../endpoint/expire-endpoints.js';
import type { SourceRow } from '../source/source-row.js';
import { LeaseRepository, type RunEnd } from './lease.repository.js';
import type { RunState } from './run-state.js';
import { Settle } from './settle.js';
import { measureRun } from './sync-measures.js';

/** Ends runs. */
@Injectable()
export class EndRun {
  constructor(
    private readonly database: Database,
    private readonly settle: Settle,
    private readonly expiry: ExpireEndpoints,
    private readonly leases: LeaseRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Everything was handed over: what is not there any more is let go. */
  async complete(source: SourceRow, state: RunState, signal: AbortSignal): Promise<RunEnd['state']> {
    await this.settle.unlink(source, state, signal);
    await this.settle.resolveStaged(source, state, signal);
    await this.settle.missing(source, state);
    const expired = await this.expiry.ofSource(source.id);
    state.begin();
    state.count({ endpointsExpired: expired });
    const { certificatesRefused, endpointsSkipped, faults } = state.counts;
    const end = certificatesRefused + endpointsSkipped + faults > 0 ? 'partial' : 'succeeded';
    await this.finish(source, state, { state: end, error: null, isComplete: faults === 0 });
    return end;
  }

  /** Nothing counts as gone. */
  async fail(source: SourceRow, state: RunState, error: string): Promise<void> {
    state.begin();
    await this.finish(source, state, { state: 'failed', error: error.slice(0, 4_000), isComplete: false });
  }

  private async finish(source: SourceRow, state: RunState, end: RunEnd): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.leases.mark(tx, state.run, state);
      await this.leases.finish(tx, state.run, end);
      const data = { sourceId: source.id, label: source.label, runId: state.run.id, state: end.state, counts: state.counts, error: end.error };
      await this.outbox.append(tx, [newEvent(sourceSynchronized, data, { at: this.clock.now(), subject: String(source.id) })]);
    });
    state.commit();
    measureRun(source.label, end, state.counts);
  }
}
