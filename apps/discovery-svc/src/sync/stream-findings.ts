import { Injectable } from '@nestjs/common';
import { isAppError } from '@sifaka/kernel';
import type { Finding, Source } from '@sifaka/plugin-sdk';
import type { SourceRow } from '../source/source-row.js';
import { Batch, candidatesIn } from './batch.js';
import type { RunState } from './run-state.js';
import { TakeBatch, type PreparedBatch } from './take-batch.js';
import { abortReason, untilAborted } from './until-aborted.js';

/** The source itself is at fault, not we. */
export class ScanFault extends Error {
  /** For the run's record: an AppError's words hold no secret; those of others may. */
  readonly words: string;

  constructor(cause: unknown, words?: string) {
    super('the source failed', { cause });
    this.words = words ?? (isAppError(cause) && cause.code !== 'internal' ? cause.message : 'the plugin ended with an unexpected error: the log says more');
  }
}

/** Batches that the inventory is asked about while the one before them is written. */
const inFlight = 3;

/** Takes the stream of findings over, in batches: memory stays bounded however many there are. */
@Injectable()
export class StreamFindings {
  constructor(private readonly take: TakeBatch) {}

  /**
   * What was handed over before a fault is taken over.
   *
   * @throws ScanFault for what the plugin throws; AppError of ours; the signal's reason
   */
  async run(source: SourceRow, plugin: Source, state: RunState, signal: AbortSignal): Promise<void> {
    const line = new Line(source, state, this.take);
    let batch = new Batch();
    let fault: ScanFault | undefined;
    try {
      for await (const finding of interruptible(plugin, state, signal)) {
        if (batch.isFullFor(candidatesIn(finding))) {
          await line.add(batch);
          batch = new Batch();
        }
        batch.add(finding);
        if (batch.cursor === null || !batch.isWorthKeeping) continue;
        await line.add(batch);
        batch = new Batch();
      }
    } catch (error) {
      if (!(error instanceof ScanFault)) throw error;
      fault = error;
    }
    if (!batch.isEmpty) await line.add(batch);
    await line.end();
    if (fault !== undefined) throw fault;
  }
}

/** Batches in their order: asked about side by side, written one after the other, each as soon as may be. */
class Line {
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private hasFailed = false;

  constructor(
    private readonly source: SourceRow,
    private readonly state: RunState,
    private readonly take: TakeBatch,
  ) {}

  /** Waits while there are enough. @throws what writing an earlier one threw: nothing is written after that */
  async add(batch: Batch): Promise<void> {
    const prepared = this.take.prepare(this.source, batch);
    const before = this.last;
    this.waiting += 1;
    this.last = this.follow(before, prepared);
    // Told to whoever adds the next one, or waits for the end.
    this.last.catch(() => (this.hasFailed = true));
    if (this.hasFailed) await this.last;
    if (this.waiting >= inFlight) await before;
  }

  end(): Promise<void> {
    return this.last;
  }

  private async follow(before: Promise<void>, preparing: Promise<PreparedBatch>): Promise<void> {
    const [, prepared] = await Promise.all([before, preparing]);
    await this.take.apply(this.source, this.state, prepared);
    this.waiting -= 1;
  }
}

/** The findings of a scan, until the signal aborts: a plugin that does not listen is left behind. */
async function* interruptible(plugin: Source, { run }: RunState, signal: AbortSignal): AsyncGenerator<Finding> {
  const findings = iterate(plugin, run.cursor, signal);
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await untilAborted(findings.next(), signal).catch((error: unknown) => {
        throw signal.aborted ? abortReason(signal) : new ScanFault(error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Whether it ends is its affair: nobody waits for it.
    findings.return?.().catch(() => undefined);
  }
}

function iterate(plugin: Source, resumeAfter: string | null, signal: AbortSignal): AsyncIterator<Finding> {
  try {
    return plugin.scan({ resumeAfter, signal })[Symbol.asyncIterator]();
  } catch (error) {
    throw new ScanFault(error);
  }
}
