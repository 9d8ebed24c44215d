/** The raw operation that a measured one cannot beat, from the same run on the same machine. */
export interface Ceiling {
  readonly operation: string;
  readonly perSecond: number;
  /** Measured rate by this ceiling: 1 is as good as it gets. */
  readonly ratio: number;
}

/** One measured operation. */
export interface BenchRow {
  readonly operation: string;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of every process of the platform, Postgres and NATS included, by operation; the load generator is not in it. */
  readonly cpuSecondsPerOperation: number;
  /** Greatest memory of those processes together, shared pages counted once. */
  readonly peakMemoryBytes: number;
  readonly ceilings: readonly Ceiling[];
}

/** A benchmark: starts what it needs, measures for a bounded time, stops it again. */
export type Bench = (log: (line: string) => void) => Promise<BenchRow[]>;
