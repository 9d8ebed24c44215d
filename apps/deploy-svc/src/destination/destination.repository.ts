import { Injectable } from '@nestjs/common';
import { column, Conditions, Database, filterByText, listPage, type Columns, type Sql } from '@sifaka/database';
import type { InputOf, listDestinations } from '@sifaka/contracts';
import type { StoredOption } from '@sifaka/plugin-host';

/** What the first contact settled, and where that was. */
export interface Learned {
  place: string;
  options: Record<string, string>;
}

export interface DestinationRow {
  id: number;
  label: string;
  description: string;
  plugin: string;
  options: StoredOption[];
  learned: Learned | null;
  version: number;
  /** When its deletion was asked for; null: it was not. */
  deleting_since: Date | null;
  created_at: Date;
  updated_at: Date;
}

export type NewDestination = Pick<DestinationRow, 'label' | 'description' | 'plugin' | 'options' | 'learned'>;

const listed: Columns = {
  id: column.integer('d.id'),
  label: column.text('d.label'),
  description: column.text('d.description'),
  plugin_name: column.text('d.plugin'),
};

@Injectable()
export class DestinationRepository {
  constructor(private readonly database: Database) {}

  async byId(id: number, sql: Sql = this.database): Promise<DestinationRow | undefined> {
    const [row] = await sql.query<DestinationRow>({ name: 'destination-by-id', text: `select ${columns} from destination d where d.id = $1`, values: [id] });
    return row;
  }

  async list(input: InputOf<typeof listDestinations>) {
    const conditions = new Conditions();
    if (input.ids !== null) conditions.add('d.id = any(?::int[])', input.ids);
    filterByText(conditions, listed, input.filter);
    const { ids, total, nextCursor } = await listPage(this.database, { from: 'destination d', id: 'd.id', columns: listed }, conditions, input.window);
    const text = `select ${columns} from destination d where d.id = any($1::int[]) order by array_position($1::int[], d.id)`;
    return { rows: ids.length === 0 ? [] : await this.database.query<DestinationRow>(text, [ids]), total, nextCursor };
  }

  named(ids: readonly number[]): Promise<Pick<DestinationRow, 'id' | 'label' | 'plugin'>[]> {
    return this.database.query('select id, label, plugin from destination where id = any($1::int[]) order by id', [ids]);
  }

  /** In the order of their ids. */
  all(limit: number): Promise<DestinationRow[]> {
    return this.database.query<DestinationRow>(`select ${columns} from destination d order by d.id limit $1`, [limit]);
  }

  /** Those of these ids, and all of these labels. */
  async meant(ids: readonly number[], labels: readonly string[]): Promise<DestinationRow[]> {
    if (ids.length + labels.length === 0) return [];
    return this.database.query<DestinationRow>(`select ${columns} from destination d where d.id = any($1::int[]) or d.label = any($2::text[]) order by d.id`, [ids, labels]);
  }

  /** Keeps it from being deleted within this transaction. */
  async keep(tx: Sql, id: number): Promise<{ id: number } | undefined> {
    const [row] = await tx.query<{ id: number }>('select id from destination where id = $1 for key share', [id]);
    return row;
  }

  /** The one of this id, else all of this label, up to ten. A label of digits is found where no id is meant by it. */
  async meantBy(ref: string): Promise<DestinationRow[]> {
    const id = /^[1-9]\d{0,9}$/.test(ref) ? Number(ref) : 0;
    const text = `select ${columns} from destination d where d.id = $1::bigint or (d.label = $2 and not exists (select from destination where id = $1::bigint)) order by d.id limit 10`;
    return this.database.query<DestinationRow>(text, [id, ref]);
  }

  async insert(tx: Sql, { label, description, plugin, options, learned }: NewDestination): Promise<number> {
    const text = 'insert into destination (label, description, plugin, options, learned) values ($1, $2, $3, $4, $5) returning id';
    const [row] = await tx.query<{ id: number }>(text, [label, description, plugin, JSON.stringify(options), learnedText(learned)]);
    return row?.id ?? 0;
  }

  /** @returns false when somebody else changed it since `version` */
  async update(tx: Sql, id: number, version: number, { label, description, plugin, options, learned }: NewDestination): Promise<boolean> {
    const rows = await tx.query(
      `update destination set label = $3, description = $4, plugin = $5, options = $6, learned = $7, version = version + 1, deleting_since = null, updated_at = now()
       where id = $1 and version = $2 returning id`,
      [id, version, label, description, plugin, JSON.stringify(options), learnedText(learned)],
    );
    return rows.length > 0;
  }

  /** Locks it against new tokens and says what it is. */
  async lock(tx: Sql, id: number): Promise<DestinationRow | undefined> {
    const [row] = await tx.query<DestinationRow>(`select ${columns} from destination d where d.id = $1 for update`, [id]);
    return row;
  }

  /** Nothing is attached to it from then on. It must be locked. */
  async markForDeletion(tx: Sql, id: number): Promise<void> {
    await tx.query('update destination set deleting_since = now() where id = $1 and deleting_since is null', [id]);
  }

  async delete(tx: Sql, id: number): Promise<void> {
    await tx.query('delete from destination where id = $1', [id]);
  }
}

const learnedText = (learned: Learned | null): string | null => (learned === null ? null : JSON.stringify(learned));

const columns = 'd.id, d.label, d.description, d.plugin, d.options, d.learned, d.version, d.deleting_since, d.created_at, d.updated_at';
