import { Inject, Injectable } from '@nestjs/common';
import { column, Conditions, Database, filterByText, listPage, uniqueViolation, type Columns, type Sql } from '@sifaka/database';
import type { InputOf, listNotifications } from '@sifaka/contracts';
import { AppError, type Clock } from '@sifaka/kernel';
import type { StoredOption } from '@sifaka/plugin-host';
import { CLOCK } from '@sifaka/runtime';

export interface NotificationRow {
  id: number;
  label: string;
  description: string;
  plugin: string;
  options: StoredOption[];
  interval_days: number | null;
  active: boolean;
  version: number;
  created_at: Date;
  updated_at: Date;
}

export type NewNotification = Pick<NotificationRow, 'label' | 'description' | 'plugin' | 'options' | 'active'> & { intervalDays: number | null };

const listed: Columns = {
  id: column.integer('n.id'),
  label: column.text('n.label'),
  description: column.text('n.description'),
  plugin_name: column.text('n.plugin'),
  active: column.boolean('n.active'),
};

@Injectable()
export class NotificationRepository {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async byId(id: number, sql: Sql = this.database): Promise<NotificationRow | undefined> {
    const [row] = await sql.query<NotificationRow>({ name: 'notification-by-id', text: `select ${columns} from notification n where n.id = $1`, values: [id] });
    return row;
  }

  byIds(ids: readonly number[], sql: Sql = this.database): Promise<NotificationRow[]> {
    return sql.query<NotificationRow>({ name: 'notification-by-ids', text: `select ${columns} from notification n where n.id = any($1::int[]) order by n.id`, values: [ids] });
  }

  /** Those of these ids, and those of these labels. */
  meant(ids: readonly number[], labels: readonly string[]): Promise<NotificationRow[]> {
    return this.database.query<NotificationRow>(`select ${columns} from notification n where n.id = any($1::int[]) or n.label = any($2::text[]) order by n.id`, [ids, labels]);
  }

  byLabels(labels: readonly string[], sql: Sql = this.database): Promise<NotificationRow[]> {
    return sql.query<NotificationRow>({ name: 'notification-by-labels', text: `select ${columns} from notification n where n.label = any($1::text[])`, values: [labels] });
  }

  async list({ window, filter, active, ids }: InputOf<typeof listNotifications>) {
    const conditions = new Conditions();
    if (ids !== null) conditions.add('n.id = any(?::int[])', ids);
    if (active !== null) conditions.add('n.active = ?', active);
    filterByText(conditions, listed, filter);
    return listPage<NotificationRow>(this.database, { from: 'notification n', id: 'n.id', select: columns, columns: listed }, conditions, window);
  }

  /** @throws AppError `already_exists`, field `label` */
  async insert(tx: Sql, { label, description, plugin, options, intervalDays, active }: NewNotification): Promise<number> {
    const text = `insert into notification (label, description, plugin, options, interval_days, active, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $7) returning id`;
    const [row] = await labelled(label, () => tx.query<{ id: number }>(text, [label, description, plugin, JSON.stringify(options), intervalDays, active, this.clock.now()]));
    return row?.id ?? 0;
  }

  /** Those whose label is there already are left as they are. */
  async insertMissing(tx: Sql, rows: readonly NewNotification[]): Promise<NotificationRow[]> {
    if (rows.length === 0) return [];
    const text = `
      insert into notification as n (label, description, plugin, options, interval_days, active, created_at, updated_at)
      select label, description, plugin, options, days, true, $6, $6 from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::int[]) as d (label, description, plugin, options, days)
      on conflict (label) do nothing returning ${columns}`;
    const of = <T>(pick: (row: NewNotification) => T): T[] => rows.map(pick);
    return tx.query<NotificationRow>(text, [of((row) => row.label), of((row) => row.description), of((row) => row.plugin), of((row) => JSON.stringify(row.options)), of((row) => row.intervalDays), this.clock.now()]);
  }

  /** @returns false when somebody else changed it since `version` @throws AppError `already_exists`, field `label` */
  async update(tx: Sql, id: number, version: number, { label, description, plugin, options, intervalDays, active }: NewNotification): Promise<boolean> {
    const text = `
      update notification set label = $3, description = $4, plugin = $5, options = $6, interval_days = $7, active = $8, version = version + 1, updated_at = $9
      where id = $1 and version = $2 returning id`;
    const rows = await labelled(label, () => tx.query(text, [id, version, label, description, plugin, JSON.stringify(options), intervalDays, active, this.clock.now()]));
    return rows.length > 0;
  }

  async delete(tx: Sql, id: number): Promise<NotificationRow | undefined> {
    const [row] = await tx.query<NotificationRow>(`delete from notification n where n.id = $1 returning ${columns}`, [id]);
    return row;
  }
}

async function labelled<T>(label: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (uniqueViolation(error) === null) throw error;
    const message = `"${label}" is the label of another notification`;
    throw new AppError('already_exists', `label: ${message}`, { reason: 'notification.label_taken', fields: [{ path: 'label', message }], cause: error });
  }
}

const columns = 'n.id, n.label, n.description, n.plugin, n.options, n.interval_days, n.active, n.version, n.created_at, n.updated_at';
