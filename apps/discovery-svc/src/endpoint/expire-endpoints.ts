import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { Job, Outbox } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CONFIG } from '@sifaka/runtime';
import type { DiscoveryConfig } from '../discovery.config.js';
import { EndpointEvents } from './endpoint-events.js';
import { endpointColumns, type EndpointRow } from './endpoint-row.js';

const pageSize = 500;

/** Lets endpoints go that their source has not reported for a while (domain-rules SY-10). Those that somebody else knows too only lose their source. */
@Injectable()
export class ExpireEndpoints {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly events: EndpointEvents,
    @Inject(CONFIG) private readonly config: Pick<DiscoveryConfig, 'endpointExpireHours'>,
  ) {}

  /** Between runs, and where no run comes any more. */
  @Job('expire-endpoints', { cron: '*/10 * * * *', timeLimitMs: 300_000 })
  async all(): Promise<void> {
    await this.ofSource(null);
  }

  /** @returns how many went */
  async ofSource(sourceId: number | null): Promise<number> {
    for (let count = 0; ; ) {
      const gone = await this.page(sourceId);
      count += gone;
      if (gone < pageSize) return count;
    }
  }

  private async page(sourceId: number | null): Promise<number> {
    const { count, expired } = await this.database.transaction(async (tx) => {
      const due = await tx.query<EndpointRow>(
        `select ${endpointColumns} from endpoint e where e.missing_since <= now() - make_interval(secs => $1::float8 * 3600) and ($2::int is null or e.source_id = $2)
         order by e.id limit ${pageSize} for update skip locked`,
        [this.config.endpointExpireHours, sourceId],
      );
      const ids = due.map(({ id }) => id);
      await tx.query(
        `update endpoint set source_id = null, missing_since = null, next_check_at = now(), updated_at = now() where id = any($1::int[]) and (is_manual or destination_id is not null)`,
        [ids],
      );
      const gone = await tx.query<{ id: number }>('delete from endpoint where id = any($1::int[]) and not (is_manual or destination_id is not null) returning id', [ids]);
      const deleted = new Set(gone.map(({ id }) => id));
      await this.outbox.append(tx, due.flatMap((row) => (deleted.has(row.id) ? [this.events.deleted(row)] : [])));
      return { count: due.length, expired: due.filter(({ id }) => deleted.has(id)) };
    });
    for (const { name, source_label: source } of expired) measure.count('endpoint_expired', { source, endpoint: name });
    return count;
  }
}
