import { Inject, Injectable } from '@nestjs/common';
import type { certificateStats, InputOf, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';

type Metric = InputOf<typeof certificateStats>['metric'];
type Stats = OutputOf<typeof certificateStats>;

/** How far ahead ends of life are counted. */
const horizonWeeks = 32;

// Counting reads the whole inventory, half a second at a million. An answer is kept for sixty times what it took, a minute
// at most: however often dashboards ask, one connection is busy with it for a sixtieth of the time, and a small inventory is never stale.
const keptPerTaken = 60;
const longestKeptMs = 60_000;

const groupedBy = { bits: 'c.bits::text', issuer: 'c.issuer', signing_algorithm: "coalesce(c.signing_algorithm, 'unknown')", not_after: 'c.issuer' } as const;

@Injectable()
export class CertificateStats {
  private readonly kept = new Map<Metric, { stats: Promise<Stats>; until: number }>();

  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  run({ metric }: InputOf<typeof certificateStats>): Promise<Stats> {
    const known = this.kept.get(metric);
    if (known !== undefined && this.clock.now().getTime() < known.until) return known.stats;
    return this.renew(metric);
  }

  /** While it counts, everybody who asks waits for the same answer; a failure is nobody's later answer. */
  private renew(metric: Metric): Promise<Stats> {
    const startedAt = this.clock.now().getTime();
    const entry = { stats: this.count(metric), until: Number.POSITIVE_INFINITY };
    this.kept.set(metric, entry);
    entry.stats.then(
      () => {
        const endedAt = this.clock.now().getTime();
        entry.until = endedAt + Math.min((endedAt - startedAt) * keptPerTaken, longestKeptMs);
      },
      () => this.kept.delete(metric),
    );
    return entry.stats;
  }

  private async count(metric: Metric): Promise<Stats> {
    const window = metric === 'not_after' ? `where c.not_after >= $1 and c.not_after <= $1::timestamptz + interval '${horizonWeeks} weeks'` : 'where $1::timestamptz is not null';
    const rows = await this.database.query<{ label: string; count: number }>(
      `select ${groupedBy[metric]} as label, count(*)::int as count from certificate c ${window} group by 1 order by 2 desc, 1 limit 1000`,
      [this.clock.now()],
    );
    return { labels: rows.map((row) => row.label), values: rows.map((row) => row.count) };
  }
}
