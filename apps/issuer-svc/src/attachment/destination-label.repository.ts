import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';

interface Labelled {
  id: number;
  label: string;
}

/** SQL of what destinations are called. Every event may come again, and late: what is newer stays. */
@Injectable()
export class DestinationLabelRepository {
  constructor(private readonly database: Database) {}

  async note({ id, label }: Labelled, at: Date): Promise<void> {
    await this.database.query({ name: 'destination-label-note', text: noteSql, values: [id, label, at] });
  }

  /** By the way, from an event about something else: the first word on a destination, and never the last. */
  async mention({ id, label }: Labelled, at: Date): Promise<void> {
    await this.database.query({ name: 'destination-label-mention', text: mentionSql, values: [id, label, at] });
  }

  async forget(id: number): Promise<void> {
    await this.database.query('delete from destination_label where destination_id = $1', [id]);
  }
}

/** One that was deleted gets no label any more, however late an older event comes. */
const insertSql = `
  insert into destination_label as d (destination_id, label, told_at) select $1, $2, $3
  where not exists (select from attachment_object o where o.kind = 'destination' and o.object_id = $1 and o.is_gone)`;

const noteSql = `${insertSql}
  on conflict (destination_id) do update set label = excluded.label, told_at = excluded.told_at where d.told_at <= excluded.told_at`;

const mentionSql = `${insertSql} on conflict (destination_id) do nothing`;
