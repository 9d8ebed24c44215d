import { AsyncResource } from 'node:async_hooks';
import { isAppError } from '@sifaka/kernel';

interface CoalescerOptions {
  /** Items in one run at most. */
  maxItems: number;
  /** Runs at the same time: while they last, what arrives is gathered for the next one. */
  maxRuns: number;
}

/**
 * Turns concurrent single requests into batches: the first goes at once, what arrives meanwhile goes together. Under no load
 * nothing waits; under load a round trip, a transaction and a flush are shared.
 */
export class Coalescer<Item, Result> {
  private readonly waiting: Entry<Item, Result>[] = [];
  private runs = 0;
  private isScheduled = false;

  constructor(
    private readonly run: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly options: CoalescerOptions,
  ) {}

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject, within: new AsyncResource('Coalescer') });
      this.schedule();
    });
  }

  /** One turn of the event loop later: requests that arrived in the same packet go together. */
  private schedule(): void {
    if (this.isScheduled || this.runs >= this.options.maxRuns) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.waiting.length > 0 && this.runs < this.options.maxRuns) {
      const entries = this.waiting.splice(0, this.options.maxItems);
      this.runs += 1;
      void this.settle(entries).finally(() => {
        this.runs -= 1;
        if (this.waiting.length > 0) this.schedule();
      });
    }
  }

  private async settle(entries: readonly Entry<Item, Result>[]): Promise<void> {
    // In the context of the one who came last: its deadline is the furthest, and the context of an older batch is history.
    const last = entries.at(-1);
    if (last === undefined) return;
    try {
      const results = await last.within.runInAsyncScope(() => this.run(entries.map(({ item }) => item)));
      entries.forEach((entry, index) => {
        const result = results[index];
        if (result === undefined) entry.reject(new Error('a batch answered with fewer results than it had items'));
        else entry.resolve(result);
      });
    } catch (error) {
      // A refusal concerns one of them: alone, each gets its own answer. Anything else may have been done, and is not done twice.
      if (entries.length > 1 && isRefusal(error)) for (const entry of entries) await this.settle([entry]);
      else for (const entry of entries) entry.reject(error);
    }
  }
}

interface Entry<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
  /** Where it was asked: `AsyncLocalStorage.snapshot()` costs ten times as much. */
  within: AsyncResource;
}

const refusalCodes = new Set(['invalid_argument', 'not_found', 'already_exists', 'failed_precondition', 'permission_denied', 'conflict']);

const isRefusal = (error: unknown): boolean => isAppError(error) && refusalCodes.has(error.code);
