import { Inject, Injectable } from '@nestjs/common';
import type { InputOf, listRotations } from '@sifaka/contracts';
import { column, Conditions, Database, listPage, nullable, type Columns, type Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { sqlTime } from '../sql-time.js';
import { rotationColumns, type PlannedRotation, type Rotation } from './rotation.js';

const listed: Columns = {
  id: column.integer('r.id'),
  endpoint_id: column.integer('r.endpoint_id'),
  old_certificate_id: nullable(column.integer('r.old_certificate_id')),
  new_certificate_id: column.integer('r.new_certificate_id'),
  state: column.text('r.state'),
  requested_at: column.timestamp('r.requested_at'),
  finished_at: nullable(column.timestamp('r.finished_at')),
};

/** Reads rotations, and writes down those that are asked for. */
@Injectable()
export class RotationRepository {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async byId(id: number, sql: Sql = this.database): Promise<Rotation | undefined> {
    const [row] = await sql.query<Rotation>({ name: 'rotation-by-id', text: `select ${rotationColumns} from rotation r where r.id = $1`, values: [id] });
    return row;
  }

  /** Newest first unless another order is asked for. */
  async list({ window, endpointId, certificateId, state, ids }: InputOf<typeof listRotations>) {
    const conditions = new Conditions();
    if (endpointId !== null) conditions.add('r.endpoint_id = ?', endpointId);
    if (certificateId !== null) conditions.add('(r.old_certificate_id = ? or r.new_certificate_id = ?)', certificateId, certificateId);
    if (state !== null) conditions.add('r.state = ?', state);
    if (ids !== null) conditions.add('r.id = any(?::int[])', ids);
    const order = window.sortBy === null && window.sortDir === null && window.cursor === null ? { ...window, sortDir: 'desc' as const } : window;
    return listPage<Rotation>(this.database, { from: 'rotation r', id: 'r.id', select: rotationColumns, columns: listed }, conditions, order);
  }

  /** Under way at these endpoints, waiting ones included. */
  openAt(endpointIds: readonly number[], sql: Sql = this.database): Promise<Rotation[]> {
    return sql.query<Rotation>(`select ${rotationColumns} from rotation r where r.endpoint_id = any($1::int[]) and r.finished_at is null order by r.id`, [endpointIds]);
  }

  /** Begins them, but for those of which one is under way already. @returns what was begun */
  insert(tx: Sql, planned: readonly PlannedRotation[], userId: number | null): Promise<Rotation[]> {
    const text = `
      insert into rotation as r (endpoint_id, endpoint_name, dnsname, port, type, rotates_by, source_id, source_label, store, destination_id, destination_label,
        old_certificate_id, old_name, new_certificate_id, new_name, removes_old, verifies, steps, state, phase, next_try_at, requested_at, user_id)
      select p.endpoint_id, p.endpoint_name, p.dnsname, p.port, p.type, p.rotates_by, p.source_id, p.source_label, p.store, p.destination_id, p.destination_label,
        p.old_certificate_id, p.old_name, p.new_certificate_id, p.new_name, p.removes_old, p.verifies, p.steps, 'pending', 'deploy', ${this.now}, ${this.now}, $2
      from jsonb_to_recordset($1::jsonb) as p (endpoint_id int, endpoint_name text, dnsname text, port int, type text, rotates_by text, source_id int, source_label text,
        store text, destination_id int, destination_label text, old_certificate_id int, old_name text, new_certificate_id int, new_name text, removes_old boolean,
        verifies boolean, steps jsonb)
      order by p.endpoint_id
      on conflict do nothing returning ${rotationColumns}`;
    return tx.query<Rotation>(text, [JSON.stringify(planned), userId]);
  }

  /** A failed one begins again as planned now; one that waits for its next try has it now. @returns undefined where it is at work, or has succeeded */
  async again(tx: Sql, id: number, planned: PlannedRotation): Promise<Rotation | undefined> {
    const { steps, destination_id, destination_label, store, source_id, source_label, rotates_by } = planned;
    const text = `
      update rotation r set state = 'pending', phase = 'deploy', steps = $2, destination_id = $3, destination_label = $4, store = $5, source_id = $6, source_label = $7, rotates_by = $8,
        deployment_id = null, attempts = 0, tries = 0, last_error = null, cause = null, phase_until = null, next_try_at = ${this.now}, finished_at = null, updated_at = ${this.now}
      where r.id = $1 and r.state = 'failed' and r.finished_at is not null returning ${rotationColumns}`;
    const [row] = await tx.query<Rotation>(text, [id, JSON.stringify(steps), destination_id, destination_label, store, source_id, source_label, rotates_by]);
    return row;
  }

  async hasten(tx: Sql, id: number): Promise<Rotation | undefined> {
    const text = `update rotation r set next_try_at = ${this.now}, attempts = 0, tries = 0 where r.id = $1 and r.finished_at is null returning ${rotationColumns}`;
    const [row] = await tx.query<Rotation>(text, [id]);
    return row;
  }

  /** Whether another rotation relies on a certificate being where it is. */
  async needs(certificateId: number, exceptId: number): Promise<number | undefined> {
    const text = 'select id from rotation where finished_at is null and new_certificate_id = $1 and id <> $2 limit 1';
    const [row] = await this.database.query<{ id: number }>(text, [certificateId, exceptId]);
    return row?.id;
  }

  private get now(): string {
    return sqlTime(this.clock.now());
  }
}
