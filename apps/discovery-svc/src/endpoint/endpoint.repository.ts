import { Injectable } from '@nestjs/common';
import type { findRotatable, InputOf, listEndpoints } from '@sifaka/contracts';
import { column, Conditions, containing, Database, filterByText, listPage, nullable, splitFilter, truth, uniqueViolation, type Columns, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { endpointColumns, type EndpointRow } from './endpoint-row.js';

/** What a person says of an endpoint. */
export type ManualEndpoint = Pick<
  EndpointRow,
  'name' | 'dnsname' | 'port' | 'type' | 'active' | 'owner' | 'owner_role_id' | 'start_tls' | 'server_name' | 'expected_certificate_id' | 'destination_id' | 'is_reached_inside'
>;

const listed: Columns = {
  id: column.integer('e.id'),
  name: column.text('e.name'),
  dnsname: column.text('e.dnsname'),
  port: column.integer('e.port'),
  type: column.text('e.type'),
  active: column.boolean('e.active'),
  owner: nullable(column.text('e.owner')),
  certificate_path: nullable(column.text('e.certificate_path')),
  registry_type: nullable(column.text('e.registry_type')),
  certificate_id: nullable(column.integer('e.certificate_id')),
  policy_id: nullable(column.integer('e.policy_id')),
  source_id: nullable(column.integer('e.source_id')),
  destination_id: nullable(column.integer('e.destination_id')),
  last_checked_at: nullable(column.timestamp('e.last_checked_at')),
  last_error: nullable(column.text('e.last_error')),
  missing_since: nullable(column.timestamp('e.missing_since')),
  date_created: column.timestamp('e.created_at'),
  last_updated: column.timestamp('e.updated_at'),
};

@Injectable()
export class EndpointRepository {
  constructor(private readonly database: Database) {}

  async byId(id: number, sql: Sql = this.database): Promise<EndpointRow | undefined> {
    const [row] = await sql.query<EndpointRow>({ name: 'endpoint-by-id', text: `select ${endpointColumns} from endpoint e where e.id = $1`, values: [id] });
    return row;
  }

  async list(input: InputOf<typeof listEndpoints>): Promise<{ rows: EndpointRow[]; total: number; nextCursor: string | null }> {
    const conditions = conditionsOf(input);
    const { ids, total, nextCursor } = await listPage(this.database, { from: 'endpoint e', id: 'e.id', columns: listed }, conditions, input.window);
    return { rows: await this.byIds(ids), total, nextCursor };
  }

  /** In the order of the ids given. */
  byIds(ids: readonly number[]): Promise<EndpointRow[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.database.query<EndpointRow>(`select ${endpointColumns} from endpoint e where e.id = any($1::int[]) order by array_position($1::int[], e.id)`, [ids]);
  }

  /** Endpoints on record for certificates, one row for each pair. */
  ofCertificates(certificateIds: readonly number[]): Promise<{ endpointId: number; certificateId: number; isDefault: boolean }[]> {
    const text = 'select endpoint_id as "endpointId", certificate_id as "certificateId", is_default as "isDefault" from endpoint_certificate where certificate_id = any($1::int[]) order by 1, 2';
    return this.database.query({ name: 'endpoints-of-certificates', text, values: [certificateIds] });
  }

  /** domain-rules RO-1, RO-4: active ones, and of a region those whose DNS name contains it, or that lie in it. */
  async rotatable({ endpointIds, certificateIds, sourceId, region, afterId, limit }: InputOf<typeof findRotatable>): Promise<EndpointRow[]> {
    const conditions = new Conditions();
    conditions.add('e.active');
    conditions.add('e.id > ?', afterId);
    if (endpointIds !== null) conditions.add('e.id = any(?::int[])', endpointIds);
    if (sourceId !== null) conditions.add('e.source_id = ?', sourceId);
    if (certificateIds !== null) conditions.add('exists (select from endpoint_certificate c where c.endpoint_id = e.id and c.certificate_id = any(?::int[]))', certificateIds);
    if (region !== null) conditions.add('(e.dnsname ilike ? or e.scope = ?)', containing(region), region);
    const text = `select ${endpointColumns} from endpoint e ${conditions.where} order by e.id limit ${conditions.parameter(limit)}`;
    return this.database.query<EndpointRow>(text, conditions.values);
  }

  /** @throws AppError `already_exists`, field `dnsname` */
  async insert(tx: Sql, endpoint: ManualEndpoint): Promise<number> {
    try {
      const [row] = await tx.query<{ id: number }>(
        `insert into endpoint (${manualColumns}, is_manual, next_check_at) values (${manualColumns.split(', ').map((_, at) => `$${at + 1}`).join(', ')}, true, now()) returning id`,
        manualValues(endpoint),
      );
      return row?.id ?? 0;
    } catch (error) {
      throw writeFault(error, endpoint);
    }
  }

  /** @throws AppError `already_exists`, field `dnsname` */
  async update(tx: Sql, id: number, endpoint: ManualEndpoint): Promise<void> {
    try {
      const values = manualColumns.split(', ').map((_, at) => `$${at + 2}`).join(', ');
      await tx.query(`update endpoint set (${manualColumns}, next_check_at, updated_at) = (${values}, case when source_id is null then now() end, now()) where id = $1`, [id, ...manualValues(endpoint)]);
    } catch (error) {
      throw writeFault(error, endpoint);
    }
  }

  async lock(tx: Sql, id: number): Promise<EndpointRow | undefined> {
    const locked = await tx.query('select from endpoint where id = $1 for update', [id]);
    return locked.length === 0 ? undefined : this.byId(id, tx);
  }

  async delete(tx: Sql, id: number): Promise<void> {
    await tx.query('delete from endpoint where id = $1', [id]);
  }

  /** Takes endpoints that are to be looked at: nobody else does for as long. */
  async takeDue(limit: number, againInMinutes: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      // Spread a little: what was made together need not be looked at together for ever.
      `update endpoint set next_check_at = now() + make_interval(secs => $2 * 60 * (0.9 + 0.2 * random()))
       where id in (select id from endpoint where next_check_at <= now() and active order by next_check_at limit $1 for update skip locked) returning id`,
      [limit, againInMinutes],
    );
    return rows.map(({ id }) => id);
  }

  /** It was looked at. @param error null when it was seen */
  async noteCheck(tx: Sql, id: number, error: string | null): Promise<void> {
    await tx.query('update endpoint set last_checked_at = now(), last_error = $2 where id = $1', [id, error]);
  }

  /** @param at when it was seen; now by default */
  async noteConfirmed(tx: Sql, id: number, at: Date | null = null): Promise<void> {
    await tx.query('update endpoint set confirmed_at = greatest(confirmed_at, coalesce($2::timestamptz, now())) where id = $1', [id, at]);
  }

  /** The endpoint that a destination serves from, by where it is reached; else whoever has one of the names. */
  async servedFrom(tx: Sql, destinationId: number, { address, names, port, serverName }: { address: string; names: readonly string[]; port: number; serverName: string | null }): Promise<EndpointRow[]> {
    return tx.query<EndpointRow>(
      `select ${endpointColumns} from endpoint e where e.port = $2 and (e.dnsname = any($3::text[])
         or (e.destination_id = $1 and coalesce(e.address, e.dnsname) = $4 and e.server_name is not distinct from $5)) order by e.id`,
      [destinationId, port, names, address, serverName],
    );
  }

  /** What only the destination knew goes with it; the others lose it. */
  async forgetDestination(tx: Sql, destinationId: number): Promise<EndpointRow[]> {
    const gone = await tx.query<EndpointRow>(`select ${endpointColumns} from endpoint e where e.destination_id = $1 and e.source_id is null and not e.is_manual for update`, [destinationId]);
    await tx.query('delete from endpoint where id = any($1::int[])', [gone.map(({ id }) => id)]);
    await tx.query('update endpoint set destination_id = null, updated_at = now() where destination_id = $1', [destinationId]);
    return gone;
  }
}

export const noSuchEndpoint = (id: number): AppError => new AppError('not_found', `endpoint ${id} does not exist`);

const manualColumns = 'name, dnsname, port, type, active, owner, owner_role_id, start_tls, server_name, expected_certificate_id, destination_id, is_reached_inside';

const manualValues = (e: ManualEndpoint): unknown[] => [e.name, e.dnsname, e.port, e.type, e.active, e.owner, e.owner_role_id, e.start_tls, e.server_name, e.expected_certificate_id, e.destination_id, e.is_reached_inside];

function writeFault(error: unknown, { dnsname, port }: ManualEndpoint): unknown {
  if (uniqueViolation(error)?.constraint !== 'endpoint_address_unique') return error;
  const message = `an endpoint ${dnsname}:${port} exists already`;
  return new AppError('already_exists', message, { reason: 'endpoint.taken', fields: [{ path: 'dnsname', message }] });
}

function conditionsOf({ filter, owner, certificateId, sourceId, ids }: InputOf<typeof listEndpoints>): Conditions {
  const conditions = new Conditions();
  if (ids !== null) conditions.add('e.id = any(?::int[])', ids);
  if (owner !== null) conditions.add('e.owner = ?', owner);
  if (sourceId !== null) conditions.add('e.source_id = ?', sourceId);
  if (certificateId !== null) conditions.add('exists (select from endpoint_certificate c where c.endpoint_id = e.id and c.certificate_id = ?)', certificateId);
  if (filter !== null && filter !== '') addFilter(conditions, filter);
  return conditions;
}

/** rest-api §12. */
function addFilter(conditions: Conditions, filter: string): void {
  const { field, value } = splitFilter(filter);
  switch (field.toLowerCase()) {
    case 'active':
      conditions.add('e.active = ?', truth(value));
      break;
    case 'port':
      if (value.trim() !== 'null') filterByText(conditions, listed, filter);
      break;
    case 'cipher':
    case 'ciphers':
      conditions.add('exists (select from cipher_policy_cipher pc join cipher c on c.id = pc.cipher_id where pc.policy_id = e.policy_id and c.name = ?)', value);
      break;
    case 'source':
    case 'sourcelabel':
      conditions.add('exists (select from source s where s.id = e.source_id and s.label ilike ?)', containing(value));
      break;
    case 'name':
      conditions.add('(e.name ilike ? or exists (select from endpoint_alias a where a.endpoint_id = e.id and a.alias ilike ?))', containing(value), containing(value));
      break;
    default:
      filterByText(conditions, listed, filter);
  }
}
