import { Inject, Injectable } from '@nestjs/common';
import type { certificateStats, InputOf, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';

/** How far ahead ends of life are counted. */
const horizonWeeks = 32;

const groupedBy = { bits: 'c.bits::text', issuer: 'c.issuer', signing_algorithm: "coalesce(c.signing_algorithm, 'unknown')", not_after: 'c.issuer' } as const;

@Injectable()
export class CertificateStats {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ metric }: InputOf<typeof certificateStats>): Promise<OutputOf<typeof certificateStats>> {
    const window = metric === 'not_after' ? `where c.not_after >= $1 and c.not_after <= $1::timestamptz + interval '${horizonWeeks} weeks'` : 'where $1::timestamptz is not null';
    const rows = await this.database.query<{ label: string; count: number }>(
      `select ${groupedBy[metric]} as label, count(*)::int as count from certificate c ${window} group by 1 order by 2 desc, 1 limit 1000`,
      [this.clock.now()],
    );
    return { labels: rows.map((row) => row.label), values: rows.map((row) => row.count) };
  }
}
