import { Injectable } from '@nestjs/common';
import type { ServedWhileEnding } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { timestamp } from '@sifaka/kernel';

/** Names of one certificate, each with the ports on which it is presented. */
export interface ServedPorts {
  certificateId: number;
  domains: readonly { name: string; ports: readonly number[] }[];
}

/** What hosts presented when they were last asked. */
@Injectable()
export class ServedRepository {
  constructor(private readonly database: Database) {}

  /** In place of what was known of these certificates. */
  async keep(found: readonly ServedPorts[], now: Date): Promise<void> {
    if (found.length === 0) return;
    const rows = found.flatMap(({ certificateId, domains }) => domains.map(({ name, ports }) => ({ certificate_id: certificateId, domain: name, ports })));
    await this.database.transaction(async (tx) => {
      await tx.query('delete from served_certificate where certificate_id = any($1::int[])', [found.map(({ certificateId }) => certificateId)]);
      const text = `insert into served_certificate (certificate_id, domain, ports, checked_at)
        select certificate_id, domain, ports, $2 from jsonb_to_recordset($1::jsonb) as r (certificate_id int, domain text, ports int[]) on conflict do nothing`;
      await tx.query(text, [JSON.stringify(rows), now]);
    });
  }

  async forget(before: Date): Promise<void> {
    await this.database.query('delete from served_certificate where checked_at < $1', [before]);
  }

  /** In order of their ids, as many as fit one answer: at least one, while there are any. */
  async list(certificateIds: readonly number[] | null, afterId: number, limit: number): Promise<ServedWhileEnding[]> {
    const text = `
      select s.certificate_id, s.domain, s.ports, s.checked_at
      from (select distinct certificate_id as id from served_certificate where certificate_id > $2 and ($1::int[] is null or certificate_id = any($1::int[])) order by 1 limit $3) page
        join served_certificate s on s.certificate_id = page.id
      order by s.certificate_id, s.domain`;
    const rows = await this.database.query<{ certificate_id: number; domain: string; ports: number[]; checked_at: Date }>(text, [certificateIds, afterId, limit]);
    const items = new Map<number, ServedWhileEnding>();
    for (const { certificate_id: certificateId, domain: name, ports, checked_at: checkedAt } of rows) {
      const item = items.get(certificateId) ?? { certificateId, domains: [] };
      item.domains.push({ name, ports, checkedAt: timestamp(checkedAt) });
      items.set(certificateId, item);
    }
    return fitting([...items.values()]);
  }
}

/** JSON of what fits one message: the bus may carry as little as 1 MiB. */
const maxAnswerChars = 600_000;

function fitting(items: ServedWhileEnding[]): ServedWhileEnding[] {
  let chars = 0;
  const first = items.findIndex((item, index) => (chars += JSON.stringify(item).length) > maxAnswerChars && index > 0);
  return first === -1 ? items : items.slice(0, first);
}
