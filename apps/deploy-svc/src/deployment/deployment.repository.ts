import { Injectable } from '@nestjs/common';
import type { DeploymentState, DeploymentStep, InputOf, listDeployments } from '@sifaka/contracts';
import { column, Conditions, Database, listPage, nullable, type Columns, type Sql } from '@sifaka/database';
import type { Deployment, Step } from './deployment.js';
import { deploymentColumns } from './deployment.columns.js';

const listed: Columns = {
  id: column.integer('p.id'),
  certificate_id: column.integer('p.certificate_id'),
  destination_id: column.integer('p.destination_id'),
  destination_label: column.text('p.destination_label'),
  state: column.text('p.state'),
  attempts: column.integer('p.attempts'),
  requested_at: column.timestamp('p.requested_at'),
  deployed_at: nullable(column.timestamp('p.deployed_at')),
  next_try_at: nullable(column.timestamp('p.next_try_at')),
  updated_at: column.timestamp('p.updated_at'),
};

/** More steps than anybody reads; the newest are shown. */
const shownSteps = 500;

/** Reads deployments, and writes down their steps. */
@Injectable()
export class DeploymentRepository {
  constructor(private readonly database: Database) {}

  async byId(id: number, sql: Sql = this.database): Promise<Deployment | undefined> {
    const [row] = await sql.query<Deployment>({ name: 'deployment-by-id', text: `select ${deploymentColumns} from deployment p where p.id = $1`, values: [id] });
    return row;
  }

  async list({ window, certificateId, destinationId, state, ids }: InputOf<typeof listDeployments>) {
    const conditions = new Conditions();
    if (certificateId !== null) conditions.add('p.certificate_id = ?', certificateId);
    if (destinationId !== null) conditions.add('p.destination_id = ?', destinationId);
    if (state !== null) conditions.add('p.state = ?', state);
    if (ids !== null) conditions.add('p.id = any(?::int[])', ids);
    return listPage<Deployment>(this.database, { from: 'deployment p', id: 'p.id', select: deploymentColumns, columns: listed }, conditions, window);
  }

  /** Oldest first. */
  async steps(deploymentId: number): Promise<(Pick<DeploymentStep, 'what' | 'detail'> & { at: Date })[]> {
    const text = 'select at, what, detail from (select * from deployment_step where deployment_id = $1 order by id desc limit $2) s order by id';
    return this.database.query(text, [deploymentId, shownSteps]);
  }

  /** All of a certificate that have not ended. */
  openOf(certificateId: number, sql: Sql = this.database): Promise<Deployment[]> {
    return sql.query<Deployment>(`select ${deploymentColumns} from deployment p where p.certificate_id = $1 and not (p.wanted = 'removed' and p.state = 'removed') order by p.id`, [certificateId]);
  }

  of(certificateId: number, destinationIds: readonly number[], sql: Sql = this.database): Promise<Deployment[]> {
    return sql.query<Deployment>(`select ${deploymentColumns} from deployment p where p.certificate_id = $1 and p.destination_id = any($2::int[]) order by p.id`, [certificateId, destinationIds]);
  }

  /** What a destination has, or may have. */
  heldAt(destinationId: number, certificateIds: readonly number[]): Promise<Deployment[]> {
    return this.database.query<Deployment>(
      `select ${deploymentColumns} from deployment p where p.destination_id = $1 and p.certificate_id = any($2::int[]) and p.is_held and p.deployed_at is not null`,
      [destinationId, certificateIds],
    );
  }

  /** Certificates that a destination has, or may have, at one place. */
  async holding(destinationId: number, externalId: string): Promise<number[]> {
    const rows = await this.database.query<{ certificate_id: number }>('select certificate_id from deployment where destination_id = $1 and external_id = $2 and is_held order by id limit 200', [destinationId, externalId]);
    return rows.map((row) => row.certificate_id);
  }

  /** What is to be ended before a destination can go. */
  openAt(destinationId: number, sql: Sql = this.database): Promise<Deployment[]> {
    return sql.query<Deployment>(`select ${deploymentColumns} from deployment p where p.destination_id = $1 and (p.wanted = 'deployed' or p.state <> 'removed') order by p.id`, [destinationId]);
  }

  /** Where certificates are wanted. */
  wanted(certificateIds: readonly number[]): Promise<{ certificate_id: number; destination_id: number; state: DeploymentState }[]> {
    return this.database.query(`select certificate_id, destination_id, state from deployment where certificate_id = any($1::int[]) and wanted = 'deployed' order by certificate_id, destination_id`, [certificateIds]);
  }

  /** How many certificates are wanted at each destination, by id of the destination. */
  counts(limit: number): Promise<{ label: string; count: number }[]> {
    return this.database.query(
      `select d.label, (select count(*)::int from deployment p where p.destination_id = d.id and p.wanted = 'deployed') as count from destination d order by d.id limit $1`,
      [limit],
    );
  }

  async addSteps(tx: Sql, at: Date, steps: readonly Step[]): Promise<void> {
    if (steps.length === 0) return;
    const text = 'insert into deployment_step (deployment_id, at, what, detail) select id, $2, what, detail from unnest($1::int[], $3::text[], $4::text[]) as s (id, what, detail)';
    await tx.query({ name: 'deployment-steps', text, values: [steps.map(({ deploymentId }) => deploymentId), at, steps.map(({ what }) => what), steps.map(({ detail }) => detail)] });
  }

  /** @returns how many went; called until none are left */
  async forgetSteps(before: Date, limit: number): Promise<number> {
    const rows = await this.database.query('delete from deployment_step where id in (select id from deployment_step where at < $1 order by at limit $2) returning id', [before, limit]);
    return rows.length;
  }
}
