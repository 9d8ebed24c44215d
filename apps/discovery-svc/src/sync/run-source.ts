import { Inject, Injectable } from '@nestjs/common';
import { isAppError, toAppError, type Clock } from '@sifaka/kernel';
import { counter, type Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { TrustAnchors } from '../endpoint/trust-anchors.js';
import { canRotate, SourcePlugins } from '../source/source-plugins.js';
import type { SourceRow } from '../source/source-row.js';
import { SourceRepository } from '../source/source.repository.js';
import { EndRun } from './end-run.js';
import { LeaseRepository, type LeasedRun } from './lease.repository.js';
import { RunState } from './run-state.js';
import { measureTimeout } from './sync-measures.js';
import { ScanFault, StreamFindings } from './stream-findings.js';

const syncs = counter('sifaka_source_sync', 'Runs over sources that ended', ['plugin', 'state']);

/** Without a checkpoint in between: then something is wrong with the run itself. */
const maxStalls = 5;
/** Ours that are away come back. */
const pauseMs = 15_000;

/** What the runs need of the rest of the service. */
@Injectable()
export class RunParts {
  constructor(
    readonly sources: SourceRepository,
    readonly plugins: SourcePlugins,
    readonly trust: TrustAnchors,
    readonly leases: LeaseRepository,
  ) {}
}

/** Looks at a source from where the run is to its end, unless it is cut off. */
@Injectable()
export class RunSource {
  constructor(
    private readonly parts: RunParts,
    private readonly stream: StreamFindings,
    private readonly end: EndRun,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(run: LeasedRun, signal: AbortSignal): Promise<void> {
    const source = await this.parts.sources.byId(run.source_id);
    // With the source went the run.
    if (source === undefined) return;
    const state = new RunState(run, await this.parts.trust.current(), this.clock.now());
    try {
      if (run.stalls > maxStalls) throw new ScanFault(new Error('it was cut off again and again'), `it was cut off ${run.stalls} times without getting any further`);
      await this.look(source, state, signal);
      syncs.add(1, { plugin: source.plugin, state: await this.end.complete(source, state, signal) });
    } catch (error) {
      await this.stopped(source, state, error, signal);
    }
  }

  private async look(source: SourceRow, state: RunState, signal: AbortSignal): Promise<void> {
    // Its own: those that are shared are closed some minutes after a change of options.
    const plugin = await this.parts.plugins.make(source).catch((error: unknown) => {
      throw isAppError(error) && error.code === 'unavailable' ? error : new ScanFault(error);
    });
    try {
      await this.parts.sources.noteRotation(source.id, canRotate(plugin));
      await this.stream.run(source, plugin, state, signal);
    } finally {
      await plugin.close?.().catch(() => undefined);
    }
  }

  private async stopped(source: SourceRow, state: RunState, error: unknown, signal: AbortSignal): Promise<void> {
    const reason: unknown = signal.aborted ? signal.reason : error;
    const why = isAppError(reason) ? reason.reason : undefined;
    if (why === 'sync.lease_lost' || (isAppError(error) && error.reason === 'sync.lease_lost')) return;
    if (why === 'sync.stopped') return this.parts.leases.interrupt(state.run, { afterMs: 0, isStall: false });
    if (why === 'sync.too_long') {
      measureTimeout(source.label);
      return this.failed(source, state, toAppError(reason).message);
    }
    if (error instanceof ScanFault) return this.failed(source, state, error.words, error);
    this.logger.warn({ err: error, sourceId: source.id, runId: state.run.id }, 'a run over a source is interrupted');
    if (isAppError(error) && error.code === 'unavailable') return this.parts.leases.interrupt(state.run, { afterMs: pauseMs, isStall: true });
    return this.failed(source, state, `internal error: the log of run ${state.run.id} says more`, error);
  }

  private async failed(source: SourceRow, state: RunState, words: string, cause?: unknown): Promise<void> {
    this.logger.warn({ err: cause, sourceId: source.id, runId: state.run.id, words }, 'a run over a source failed');
    syncs.add(1, { plugin: source.plugin, state: 'failed' });
    await this.end.fail(source, state, words);
  }
}
