import { Injectable } from '@nestjs/common';
import { destinationCreated, destinationDeleted, destinationUpdated, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';

/** Labels of destinations, which this service has no right to ask for: it hears them. */
@Injectable()
export class DestinationLabels {
  constructor(private readonly database: Database) {}

  async of(ids: readonly number[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<{ label: string }>('select label from destination_label where destination_id = any($1::int[])', [ids]);
    return rows.map(({ label }) => label);
  }

  @OnEvent(destinationCreated, { durable: 'label-created', isIdempotent: true })
  created({ id, label }: EventDataOf<typeof destinationCreated>, { time }: CloudEvent): Promise<void> {
    return this.note(id, label, time);
  }

  @OnEvent(destinationUpdated, { durable: 'label-updated', isIdempotent: true })
  updated({ id, label }: EventDataOf<typeof destinationUpdated>, { time }: CloudEvent): Promise<void> {
    return this.note(id, label, time);
  }

  @OnEvent(destinationDeleted, { durable: 'label-deleted', isIdempotent: true })
  async deleted({ id }: EventDataOf<typeof destinationDeleted>): Promise<void> {
    await this.database.query('delete from destination_label where destination_id = $1', [id]);
  }

  private async note(id: number, label: string, time: string): Promise<void> {
    const text = `
      insert into destination_label as d (destination_id, label, told_at) values ($1, $2, $3)
      on conflict (destination_id) do update set label = excluded.label, told_at = excluded.told_at where d.told_at < excluded.told_at`;
    await this.database.query(text, [id, label, time]);
  }
}
