import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { Job, Outbox, type JobContext, type JobPayload } from '@sifaka/messaging';
import { LivingCertificates } from '../sync/living-certificates.js';
import { SightingEvents } from '../sync/sighting-events.js';
import { SightingRepository } from '../sync/sighting.repository.js';

/** The job that tells what sources had that were deleted. */
export const tellMissed = 'tell-missed-certificates';

const pageSize = 500;

/** Tells which certificates lost a source with its deletion: valid ones alone (domain-rules SY-12). The inventory is asked, which may take its time. */
@Injectable()
export class TellMissed {
  constructor(
    private readonly database: Database,
    private readonly sightings: SightingRepository,
    private readonly living: LivingCertificates,
    private readonly events: SightingEvents,
    private readonly outbox: Outbox,
  ) {}

  @Job(tellMissed, { cron: '*/5 * * * *', timeLimitMs: 600_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    while (!signal.aborted) {
      const page = await this.sightings.orphans(pageSize);
      const [first] = page;
      if (first === undefined) return;
      const source = { id: first.source_id, label: first.label };
      const ids = page.flatMap(({ source_id: sourceId, certificate_id: id }) => (sourceId === source.id ? [id] : []));
      const living = await this.living.among(ids);
      await this.database.transaction(async (tx) => {
        await this.sightings.forgetOrphans(tx, source.id, ids);
        await this.outbox.append(tx, this.events.missed(source, living, { isSourceDeleted: true }));
      });
    }
  }
}
