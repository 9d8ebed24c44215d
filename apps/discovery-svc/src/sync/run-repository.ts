import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import type { FindingRow } from './sync-runs.repository.js';
import { StagedEndpoint } from './endpoint-shape.js';

export type NewFinding = Pick<FindingRow, 'kind' | 'what' | 'reason'>;

/** More than anybody reads; the counts go on. */
const maxFindings = 10_000;

/** What a run writes of itself while it goes on. */
@Injectable()
export class RunRepository {
  constructor(private readonly database: Database) {}

  async addFindings(tx: Sql, runId: number, findings: readonly NewFinding[], before: number): Promise<void> {
    const kept = findings.slice(0, Math.max(0, maxFindings - before));
    if (kept.length === 0) return;
    const text = 'insert into finding (run_id, kind, what, reason) select $1, * from unnest($2::text[], $3::text[], $4::text[])';
    await tx.query(text, [runId, kept.map(({ kind }) => kind), kept.map(({ what }) => clean(what, 512)), kept.map(({ reason }) => clean(reason, 2_000))]);
  }

  async addSeen(tx: Sql, runId: number, sightingIds: readonly number[], endpointIds: readonly number[]): Promise<void> {
    if (sightingIds.length === 0 && endpointIds.length === 0) return;
    await tx.query({ name: 'progress-add', text: 'insert into sync_progress (run_id, sighting_ids, endpoint_ids) values ($1, $2, $3)', values: [runId, sightingIds, endpointIds] });
  }

  async stage(tx: Sql, runId: number, endpoints: readonly StagedEndpoint[]): Promise<void> {
    if (endpoints.length === 0) return;
    await tx.query({ name: 'staged-add', text: 'insert into staged_endpoint (run_id, endpoint) select $1, * from jsonb_array_elements($2::jsonb)', values: [runId, JSON.stringify(endpoints)] });
  }

  async staged(runId: number, limit: number): Promise<{ id: number; endpoint: StagedEndpoint }[]> {
    const rows = await this.database.query<{ id: number; endpoint: unknown }>('select id, endpoint from staged_endpoint where run_id = $1 order by id limit $2', [runId, limit]);
    return rows.map(({ id, endpoint }) => ({ id, endpoint: StagedEndpoint.parse(endpoint) }));
  }

  async unstage(tx: Sql, ids: readonly number[]): Promise<void> {
    await tx.query('delete from staged_endpoint where id = any($1::int[])', [ids]);
  }

  /** Endpoints of a source that a run did not see though it looked are missing from now on. */
  async markMissing(tx: Sql, sourceId: number, runId: number, hiddenScopes: readonly string[]): Promise<void> {
    await tx.query(
      `with gone as (select id from endpoint where source_id = $1 and missing_since is null and not (scope = any($3::text[]))
         except select unnest(endpoint_ids) from sync_progress where run_id = $2)
       update endpoint e set missing_since = now() from gone where e.id = gone.id`,
      [sourceId, runId, hiddenScopes],
    );
  }
}

const clean = (text: string, max: number): string => text.replaceAll('\0', '').slice(0, max);
