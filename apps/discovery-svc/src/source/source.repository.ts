import { Injectable } from '@nestjs/common';
import type { InputOf, listSources } from '@sifaka/contracts';
import { column, Conditions, Database, filterByText, listPage, nullable, uniqueViolation, type Columns, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { runColumns, type NewSource, type SourceDetails, type SourceRow, type SyncRunRow } from './source-row.js';

const listed: Columns = {
  id: column.integer('s.id'),
  label: column.text('s.label'),
  description: column.text('s.description'),
  plugin_name: column.text('s.plugin'),
  active: column.boolean('s.active'),
  owner: column.text('s.owner'),
  schedule: nullable(column.text('s.schedule')),
  created_at: column.timestamp('s.created_at'),
  updated_at: column.timestamp('s.updated_at'),
};

@Injectable()
export class SourceRepository {
  constructor(private readonly database: Database) {}

  async byId(id: number, sql: Sql = this.database): Promise<SourceRow | undefined> {
    const [row] = await sql.query<SourceRow>({ name: 'source-by-id', text: `select ${columns} from source s where s.id = $1`, values: [id] });
    return row;
  }

  /** In the order of the ids given; those that do not exist are left out. */
  byIds(ids: readonly number[]): Promise<SourceRow[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.database.query<SourceRow>(`select ${columns} from source s where s.id = any($1::int[]) order by array_position($1::int[], s.id)`, [ids]);
  }

  /** In order of their ids. */
  active(): Promise<SourceRow[]> {
    return this.database.query<SourceRow>(`select ${columns} from source s where s.active order by s.id`);
  }

  async byLabel(label: string): Promise<SourceRow | undefined> {
    const [row] = await this.database.query<SourceRow>(`select ${columns} from source s where s.label = $1`, [label]);
    return row;
  }

  ofPlugin(slug: string): Promise<SourceRow[]> {
    return this.database.query<SourceRow>(`select ${columns} from source s where s.plugin = $1 order by s.id`, [slug]);
  }

  async hasLabel(label: string): Promise<boolean> {
    return (await this.database.query('select from source where label = $1', [label])).length > 0;
  }

  async list(input: InputOf<typeof listSources>): Promise<{ rows: SourceDetails[]; total: number; nextCursor: string | null }> {
    const conditions = new Conditions();
    if (input.ids !== null) conditions.add('s.id = any(?::int[])', input.ids);
    filterByText(conditions, listed, input.filter);
    const { ids, total, nextCursor } = await listPage(this.database, { from: 'source s', id: 's.id', columns: listed }, conditions, input.window);
    return { rows: await this.details(ids), total, nextCursor };
  }

  /** In the order of the ids given, each with its last run. */
  async details(ids: readonly number[]): Promise<SourceDetails[]> {
    if (ids.length === 0) return [];
    const [sources, runs, complete] = await Promise.all([
      this.byIds(ids),
      this.database.query<SyncRunRow>(`select r.* from unnest($1::int[]) as given (id), lateral (select ${runColumns} from sync_run r where r.source_id = given.id order by r.id desc limit 1) r`, [ids]),
      this.database.query<Pick<SyncRunRow, 'source_id' | 'finished_at'>>(
        `select r.* from unnest($1::int[]) as given (id), lateral (select source_id, finished_at from sync_run where source_id = given.id and is_complete order by id desc limit 1) r`,
        [ids],
      ),
    ]);
    const last = new Map(runs.map((run) => [run.source_id, run]));
    const read = new Map(complete.map((run) => [run.source_id, run.finished_at]));
    return sources.map((source) => ({ source, lastSync: last.get(source.id) ?? null, lastRun: read.get(source.id) ?? null }));
  }

  /** @throws AppError `already_exists`, field `label` */
  async insert(tx: Sql, { label, description, active, schedule, owner, owner_role_id, plugin, options, can_rotate }: NewSource): Promise<number> {
    const text = 'insert into source (label, description, active, schedule, owner, owner_role_id, plugin, options, can_rotate) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id';
    try {
      const [row] = await tx.query<{ id: number }>(text, [label, description, active, schedule, owner, owner_role_id, plugin, JSON.stringify(options), can_rotate]);
      return row?.id ?? 0;
    } catch (error) {
      throw writeFault(error, label);
    }
  }

  /** @returns false when somebody else changed it since `version`. @throws AppError `already_exists`, field `label` */
  async update(tx: Sql, id: number, version: number, now: NewSource): Promise<boolean> {
    const text = `
      update source set label = $3, description = $4, active = $5, schedule = $6, owner = $7, owner_role_id = $8, plugin = $9, options = $10, can_rotate = $11,
        scheduled_since = case when active is distinct from $5 or schedule is distinct from $6 then now() else scheduled_since end,
        version = version + 1, updated_at = now()
      where id = $1 and version = $2 returning id`;
    const { label, description, active, schedule, owner, owner_role_id: role, plugin, options, can_rotate: canRotate } = now;
    try {
      return (await tx.query(text, [id, version, label, description, active, schedule, owner, role, plugin, JSON.stringify(options), canRotate])).length > 0;
    } catch (error) {
      throw writeFault(error, label);
    }
  }

  /** Destinations of its new label have not heard what it has. */
  async tellAgain(tx: Sql, id: number): Promise<void> {
    await tx.query('insert into sighting_retelling (source_id) values ($1) on conflict (source_id) do update set after_id = 0', [id]);
  }

  /** A plugin may have learned to rotate since the source was kept. */
  async noteRotation(id: number, canRotate: boolean): Promise<void> {
    await this.database.query('update source set can_rotate = $2 where id = $1 and can_rotate <> $2', [id, canRotate]);
  }

  /** Locks it and says what it is. */
  async lock(tx: Sql, id: number): Promise<SourceRow | undefined> {
    const [row] = await tx.query<SourceRow>(`select ${columns} from source s where s.id = $1 for update`, [id]);
    return row;
  }

  /** Its endpoints stay without it. */
  async delete(tx: Sql, id: number): Promise<void> {
    await tx.query('update endpoint set missing_since = null, next_check_at = now(), source_id = null where source_id = $1', [id]);
    await tx.query('delete from source where id = $1', [id]);
  }

  /** Sources that a schedule of their own may be due for, each with its last run by schedule. */
  scheduled(exceptSchedule: string | null): Promise<{ id: number; schedule: string; scheduled_since: Date; last_taken_at: Date | null }[]> {
    return this.database.query(`
      select s.id, s.schedule, s.scheduled_since,
        (select max(r.requested_at) from sync_run r where r.source_id = s.id and r.trigger = 'schedule') as last_taken_at
      from source s where s.active and s.schedule is not null and s.schedule is distinct from $1`, [exceptSchedule]);
  }
}

export function labelTaken(label: string): AppError {
  const message = `a source with the label "${label}" exists already`;
  return new AppError('already_exists', message, { reason: 'source.label_taken', fields: [{ path: 'label', message }] });
}

export const noSuchLabel = (label: string): AppError => new AppError('not_found', `there is no source "${label}"`);

export const noSuchSource = (id: number): AppError => new AppError('not_found', `source ${id} does not exist`);

const writeFault = (error: unknown, label: string): unknown => (uniqueViolation(error)?.constraint === 'source_label_unique' ? labelTaken(label) : error);

const columns = 's.id, s.label, s.description, s.active, s.schedule, s.scheduled_since, s.owner, s.owner_role_id, s.plugin, s.options, s.can_rotate, s.version, s.created_at, s.updated_at';
