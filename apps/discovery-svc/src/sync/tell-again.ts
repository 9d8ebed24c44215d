import { Injectable } from '@nestjs/common';
import { destinationCreated, destinationUpdated, sightingCount, type EventDataOf } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { Job, Jobs, OnEvent, Outbox, type JobContext, type JobPayload } from '@sifaka/messaging';
import { SightingEvents } from './sighting-events.js';

/** The job that tells what sources have once more. */
const tellSightedAgain = 'tell-sighted-again';

interface Told {
  id: number;
  label: string;
  after_id: number;
}

/**
 * A destination and a source of one label are one place (domain-rules SY-5): a destination that comes to a label later hears what its source
 * found before.
 */
@Injectable()
export class TellAgain {
  constructor(
    private readonly database: Database,
    private readonly events: SightingEvents,
    private readonly outbox: Outbox,
    private readonly jobs: Jobs,
  ) {}

  @OnEvent(destinationCreated, { durable: 'new-destinations', isIdempotent: true })
  created({ label }: EventDataOf<typeof destinationCreated>): Promise<void> {
    return this.ask(label);
  }

  @OnEvent(destinationUpdated, { durable: 'renamed-destinations', isIdempotent: true })
  updated({ label }: EventDataOf<typeof destinationUpdated>): Promise<void> {
    return this.ask(label);
  }

  /** The clock is for sources that were renamed. */
  @Job(tellSightedAgain, { cron: '*/5 * * * *', timeLimitMs: 600_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    while (!signal.aborted && (await this.database.transaction((tx) => this.page(tx))));
  }

  private async ask(label: string): Promise<void> {
    const asked = await this.database.query(
      `insert into sighting_retelling (source_id) select id from source where label = $1 on conflict (source_id) do update set after_id = 0 returning source_id`,
      [label],
    );
    if (asked.length > 0) await this.jobs.runNow(tellSightedAgain);
  }

  /** What is told is locked until then: whatever is said of it afterwards is newer. @returns whether there was something to do */
  private async page(tx: Sql): Promise<boolean> {
    const [source] = await tx.query<Told>(
      'select s.id, s.label, r.after_id from sighting_retelling r join source s on s.id = r.source_id order by r.source_id limit 1 for update of r skip locked',
    );
    if (source === undefined) return false;
    const rows = await tx.query<{ id: number }>('select certificate_id as id from sighting where source_id = $1 and certificate_id > $2 and settled_at is null order by certificate_id limit $3 for key share', [source.id, source.after_id, sightingCount]);
    const last = rows.at(-1);
    if (last === undefined) await tx.query('delete from sighting_retelling where source_id = $1', [source.id]);
    else await tx.query('update sighting_retelling set after_id = $2 where source_id = $1', [source.id, last.id]);
    await this.outbox.append(tx, this.events.sighted(source, [...new Set(rows.map(({ id }) => id))]));
    return true;
  }
}
