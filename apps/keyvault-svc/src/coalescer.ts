import { AppError } from '@sifaka/kernel';

interface CoalescerOptions {
  /** Rows of one write at most. */
  rows: number;
  /** Writes in flight at the same time: each takes a database connection. */
  lanes: number;
  /** Rows that may wait; more are refused. */
  waiting: number;
}

interface Group<T, R> {
  rows: readonly T[];
  resolve: (results: R[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Joins the rows of concurrent callers into one write: what arrives in the same turn of the event loop, and what arrives while
 * all lanes are busy. A lone caller waits for nothing but the end of the turn.
 *
 * `write` answers in the order of its rows. When it throws, every caller of that write gets the error.
 */
export class Coalescer<T, R> {
  private groups: Group<T, R>[] = [];
  private waitingRows = 0;
  private inFlight = 0;
  private isScheduled = false;

  constructor(
    private readonly write: (rows: T[]) => Promise<R[]>,
    private readonly options: CoalescerOptions,
  ) {}

  /** @throws AppError `rate_limited` when too many rows wait, or what `write` throws. */
  add(rows: readonly T[]): Promise<R[]> {
    if (rows.length === 0) return Promise.resolve([]);
    if (this.waitingRows + rows.length > this.options.waiting) {
      return Promise.reject(
        new AppError('rate_limited', `${this.waitingRows} rows wait to be stored already`, { reason: 'vault.busy', retryAfterMs: 500 }),
      );
    }
    return new Promise((resolve, reject) => {
      this.groups.push({ rows, resolve, reject });
      this.waitingRows += rows.length;
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled || this.inFlight >= this.options.lanes) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      while (this.groups.length > 0 && this.inFlight < this.options.lanes) void this.flush(this.take());
    });
  }

  private take(): Group<T, R>[] {
    let rows = 0;
    // The first group goes whatever its size, or it would wait for ever.
    const end = this.groups.findIndex((group, index) => (rows += group.rows.length) > this.options.rows && index > 0);
    const taken = end === -1 ? this.groups : this.groups.slice(0, end);
    this.groups = end === -1 ? [] : this.groups.slice(end);
    this.waitingRows -= taken.reduce((sum, group) => sum + group.rows.length, 0);
    return taken;
  }

  private async flush(groups: readonly Group<T, R>[]): Promise<void> {
    this.inFlight++;
    try {
      const results = await this.write(groups.flatMap((group) => group.rows));
      let start = 0;
      for (const group of groups) group.resolve(results.slice(start, (start += group.rows.length)));
    } catch (error) {
      for (const group of groups) group.reject(error);
    } finally {
      this.inFlight--;
      if (this.groups.length > 0) this.schedule();
    }
  }
}
