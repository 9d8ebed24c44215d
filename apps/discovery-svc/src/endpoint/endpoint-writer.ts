import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { endpointColumns, type EndpointFacts, type EndpointRow, type NewEndpoint } from './endpoint-row.js';

/** An endpoint that is there with what is to be said of it now. */
export interface EndpointChange {
  id: number;
  facts: EndpointFacts;
}

/** Writes what endpoints present: whole batches, and only what differs. */
@Injectable()
export class EndpointWriter {
  constructor(private readonly database: Database) {}

  /** As `at`; nobody else changes them within this transaction. */
  async lock(tx: Sql, places: readonly { dnsname: string; port: number }[]): Promise<EndpointRow[]> {
    const text = 'select e.id from unnest($1::text[], $2::int[]) as k (dnsname, port) join endpoint e on e.dnsname = k.dnsname and e.port = k.port order by e.id for update of e';
    await tx.query({ name: 'endpoints-lock', text, values: [places.map(({ dnsname }) => dnsname), places.map(({ port }) => port)] });
    return this.at(places, tx);
  }

  at(places: readonly { dnsname: string; port: number }[], sql: Sql = this.database): Promise<EndpointRow[]> {
    const text = `select ${endpointColumns} from unnest($1::text[], $2::int[]) as k (dnsname, port) join endpoint e on e.dnsname = k.dnsname and e.port = k.port`;
    return sql.query<EndpointRow>({ name: 'endpoints-at', text, values: [places.map(({ dnsname }) => dnsname), places.map(({ port }) => port)] });
  }

  /** @param checkNow nobody but this service looks at them. @returns ids in the order given; undefined where somebody else was first */
  async insert(tx: Sql, endpoints: readonly NewEndpoint[], checkNow: boolean): Promise<(number | undefined)[]> {
    if (endpoints.length === 0) return [];
    const rows = await tx.query<{ id: number; dnsname: string; port: number }>({
      name: 'endpoint-insert',
      text: `insert into endpoint (name, dnsname, port, type, next_check_at, certificate_id, ${factColumns.join(', ')})
        select name, dnsname, port, type, case when $2::boolean then now() end, certificate_id, ${factColumns.join(', ')}
        from jsonb_to_recordset($1::jsonb) as given (name text, dnsname text, port int, type text, certificate_id int, ${factTypes})
        on conflict on constraint endpoint_address_unique do nothing returning id, dnsname, port`,
      values: [JSON.stringify(endpoints.map(({ name, dnsname, port, type, ...facts }) => ({ name, dnsname, port, type, ...flat(facts) }))), checkNow],
    });
    const ids = new Map(rows.map(({ id, dnsname, port }) => [`${port} ${dnsname}`, id]));
    const made = endpoints.map(({ dnsname, port }) => ids.get(`${port} ${dnsname}`));
    const changes = endpoints.flatMap((facts, index) => (made[index] === undefined ? [] : [{ id: made[index], facts }]));
    await this.writeParts(tx, changes);
    return made;
  }

  async update(tx: Sql, changes: readonly EndpointChange[]): Promise<void> {
    if (changes.length === 0) return;
    await tx.query({
      name: 'endpoint-update',
      text: `update endpoint e set (${factColumns.join(', ')}, certificate_id, missing_since, next_check_at, updated_at) =
          (${factColumns.map((name) => `given.${name}`).join(', ')}, given.certificate_id, null, case when given.source_id is null then coalesce(e.next_check_at, now()) end, now())
        from jsonb_to_recordset($1::jsonb) as given (id int, certificate_id int, ${factTypes}) where e.id = given.id`,
      values: [JSON.stringify(changes.map(({ id, facts }) => ({ id, ...flat(facts) })))],
    });
    const ids = changes.map(({ id }) => id);
    await tx.query({ name: 'endpoint-certificates-clear', text: 'delete from endpoint_certificate where endpoint_id = any($1::int[])', values: [ids] });
    await tx.query({ name: 'endpoint-aliases-clear', text: 'delete from endpoint_alias where endpoint_id = any($1::int[])', values: [ids] });
    await this.writeParts(tx, changes);
  }

  /** A source has them from now on: whoever made them by hand, perhaps before the source saw them, decides nothing about them any more. */
  async disown(tx: Sql, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await tx.query('update endpoint set is_manual = false, owner = null, owner_role_id = null, active = true, expected_certificate_id = null, destination_id = null where id = any($1::int[])', [ids]);
  }

  async setCertificates(tx: Sql, id: number, certificates: EndpointFacts['certificates']): Promise<void> {
    await tx.query('delete from endpoint_certificate where endpoint_id = $1', [id]);
    await this.writeCertificates(tx, [{ id, certificates }]);
    await tx.query('update endpoint set certificate_id = $2, updated_at = now() where id = $1', [id, defaultOf(certificates)]);
  }

  async setAliases(tx: Sql, id: number, aliases: readonly string[]): Promise<void> {
    await tx.query('delete from endpoint_alias where endpoint_id = $1', [id]);
    await this.writeAliases(tx, [{ id, aliases }]);
  }

  private async writeParts(tx: Sql, changes: readonly EndpointChange[]): Promise<void> {
    await this.writeCertificates(tx, changes.map(({ id, facts }) => ({ id, certificates: facts.certificates })));
    await this.writeAliases(tx, changes.map(({ id, facts }) => ({ id, aliases: facts.aliases })));
  }

  private async writeCertificates(tx: Sql, all: readonly { id: number; certificates: EndpointFacts['certificates'] }[]): Promise<void> {
    const rows = all.flatMap(({ id, certificates }) => certificates.map((certificate, position) => ({ id, position, ...certificate })));
    if (rows.length === 0) return;
    await tx.query({
      name: 'endpoint-certificates-add',
      text: `insert into endpoint_certificate (endpoint_id, certificate_id, is_default, position, name, external_id)
        select * from unnest($1::int[], $2::int[], $3::boolean[], $4::int[], $5::text[], $6::text[]) on conflict do nothing`,
      values: [
        rows.map(({ id }) => id),
        rows.map(({ certificateId }) => certificateId),
        rows.map(({ isDefault }) => isDefault),
        rows.map(({ position }) => position),
        rows.map(({ name }) => name),
        rows.map(({ externalId }) => externalId),
      ],
    });
  }

  private async writeAliases(tx: Sql, all: readonly { id: number; aliases: readonly string[] }[]): Promise<void> {
    const rows = all.flatMap(({ id, aliases }) => aliases.map((alias) => ({ id, alias })));
    if (rows.length === 0) return;
    const text = 'insert into endpoint_alias (endpoint_id, alias) select * from unnest($1::int[], $2::text[]) on conflict do nothing';
    await tx.query({ name: 'endpoint-aliases-add', text, values: [rows.map(({ id }) => id), rows.map(({ alias }) => alias)] });
  }
}

const columnTypes = {
  source_id: 'int',
  destination_id: 'int',
  address: 'text',
  server_name: 'text',
  start_tls: 'text',
  external_id: 'text',
  store: 'text',
  scope: 'text',
  certificate_path: 'text',
  registry_type: 'text',
  policy_id: 'int',
  issues: 'jsonb',
} as const;

const factColumns = Object.keys(columnTypes);
const factTypes = Object.entries(columnTypes).map(([name, type]) => `${name} ${type}`).join(', ');

const flat = ({ certificates, aliases: _, ...facts }: EndpointFacts) => ({ ...facts, certificate_id: defaultOf(certificates) });

export const defaultOf = (certificates: EndpointFacts['certificates']): number | null => certificates.find(({ isDefault }) => isDefault)?.certificateId ?? null;

/** Whether what is said of an endpoint is what is known of it. */
export function isSame(row: EndpointRow, facts: EndpointFacts): boolean {
  return row.missing_since === null && textOf(row) === textOf(facts);
}

const textOf = (facts: EndpointFacts): string =>
  JSON.stringify([
    facts.source_id,
    facts.destination_id,
    facts.address,
    facts.server_name,
    facts.start_tls,
    facts.external_id,
    facts.store,
    facts.scope,
    facts.certificate_path,
    facts.registry_type,
    facts.policy_id,
    facts.issues.map(({ name, value }) => [name, value]),
    facts.certificates.map(({ certificateId, isDefault, name, externalId }) => [certificateId, isDefault, name, externalId]),
    facts.aliases,
  ]);
