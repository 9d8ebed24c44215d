import { Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';

/** Tells news from what comes late. */
@Injectable()
export class LastSightings {
  /**
   * Notes that a source said something of certificates.
   *
   * @param at when, by the source's clock
   * @returns those of which nothing newer was said
   */
  async note(tx: Sql, label: string, certificateIds: readonly number[], at: string): Promise<number[]> {
    const text = `insert into last_sighting as s (label, certificate_id, at) select $1, id, $3 from unnest($2::int[]) as given (id) order by id
      on conflict (label, certificate_id) do update set at = excluded.at where s.at <= excluded.at returning certificate_id as id`;
    const rows = await tx.query<{ id: number }>({ name: 'last-sightings-note', text, values: [label, [...new Set(certificateIds)], at] });
    return rows.map(({ id }) => id);
  }
}
