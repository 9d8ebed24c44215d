import { Injectable } from '@nestjs/common';
import type { RotationPolicyRecord } from '@sifaka/contracts';
import { column, Conditions, Database, filterByText, listPage, type Page, type Sql } from '@sifaka/database';
import type { Window } from '@sifaka/contracts';

export type RotationPolicySettings = Omit<RotationPolicyRecord, 'id' | 'certificateCount'>;

const source = {
  from: 'rotation_policy p',
  id: 'p.id',
  columns: { id: column.integer('p.id'), name: column.text('p.name'), days: column.integer('p.days'), hours: column.integer('p.hours') },
};

/** SQL of rotation policies. */
@Injectable()
export class RotationPolicyRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  list({ window, filter, ids }: { window: Window; filter: string | null; ids: readonly number[] | null }): Promise<Page<unknown>> {
    const conditions = new Conditions();
    if (ids !== null) conditions.add('p.id = any(?::int[])', ids);
    filterByText(conditions, source.columns, filter);
    return listPage(this.database, source, conditions, window);
  }

  /** In the order of the ids; those that do not exist are left out. */
  async records(ids: readonly number[]): Promise<RotationPolicyRecord[]> {
    const rows = await this.database.query<RotationPolicyRecord>({ name: 'rotation-policies', text: recordsSql, values: [ids] });
    return rows;
  }

  async lock(tx: Sql, id: number): Promise<(RotationPolicySettings & { id: number }) | null> {
    const [row] = await tx.query<RotationPolicySettings & { id: number }>(
      'select id, name, days, hours, lifetime_fraction as "lifetimeFraction" from rotation_policy where id = $1 for update',
      [id],
    );
    return row ?? null;
  }

  async insert(tx: Sql, { name, days, hours, lifetimeFraction }: RotationPolicySettings): Promise<number> {
    const [row] = await tx.query<{ id: number }>('insert into rotation_policy (name, days, hours, lifetime_fraction) values ($1, $2, $3, $4) returning id', [name, days, hours, lifetimeFraction]);
    return row?.id ?? 0;
  }

  async update(tx: Sql, id: number, { name, days, hours, lifetimeFraction }: RotationPolicySettings): Promise<void> {
    await tx.query('update rotation_policy set name = $2, days = $3, hours = $4, lifetime_fraction = $5, version = version + 1 where id = $1', [id, name, days, hours, lifetimeFraction]);
  }

  /** Certificates, and those on their way, that have it. */
  async uses(tx: Sql, id: number): Promise<number> {
    const [row] = await tx.query<{ uses: number }>(usesSql, [id]);
    return row?.uses ?? 0;
  }

  async delete(tx: Sql, id: number): Promise<void> {
    await tx.query('delete from rotation_policy where id = $1', [id]);
  }
}

const recordsSql = `
  select p.id, p.name, p.days, p.hours, p.lifetime_fraction as "lifetimeFraction",
    (select count(*)::int from certificate c where c.rotation_policy_id = p.id) as "certificateCount"
  from rotation_policy p where p.id = any($1::int[]) order by array_position($1::int[], p.id)`;

const usesSql = `
  select (select count(*)::int from (select 1 from certificate where rotation_policy_id = $1 limit 1000) c)
    + (select count(*)::int from pending_certificate where rotation_policy_id = $1) as uses`;
