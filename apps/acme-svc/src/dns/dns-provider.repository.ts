import { Injectable } from '@nestjs/common';
import { column, Conditions, Database, filterByText, listPage, nullable, type Columns, type Sql } from '@sifaka/database';
import type { InputOf, listDnsProviders, Ref } from '@sifaka/contracts';
import type { StoredOption } from '@sifaka/plugin-host';
import { Coalescer } from '@sifaka/runtime';

export interface DnsProviderRow {
  id: number;
  name: string;
  description: string;
  type: string;
  options: StoredOption[];
  nameservers: string[];
  zones_refreshed_at: Date | null;
  last_error: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/** With what is counted and listed elsewhere. */
export interface DnsProviderDetails extends DnsProviderRow {
  zones: string[];
  zone_count: number;
  open_records: number;
}

export type NewDnsProvider = Pick<DnsProviderRow, 'name' | 'description' | 'type' | 'options' | 'nameservers'>;

const listed: Columns = {
  id: column.integer('p.id'),
  name: column.text('p.name'),
  description: column.text('p.description'),
  provider_type: column.text('p.type'),
  date_created: column.timestamp('p.created_at'),
  zones_refreshed_at: nullable(column.timestamp('p.zones_refreshed_at')),
  last_error: nullable(column.text('p.last_error')),
};

/** What the challenges of many orders ask for while a statement is on its way goes together in the next one. */
const together = { maxItems: 100, maxRuns: 1 };

type Serving = Pick<DnsProviderRow, 'id'> & { zone: string };

@Injectable()
export class DnsProviderRepository {
  private readonly sought: Coalescer<number, DnsProviderRow | null>;
  private readonly places: Coalescer<readonly string[], Serving[]>;

  constructor(private readonly database: Database) {
    this.sought = new Coalescer((ids) => this.byIds(ids), together);
    this.places = new Coalescer((names) => this.serving(names), together);
  }

  async byId(id: number): Promise<DnsProviderRow | undefined> {
    return (await this.sought.add(id)) ?? undefined;
  }

  all(): Promise<DnsProviderRow[]> {
    return this.database.query<DnsProviderRow>(`select ${columns} from dns_provider p order by p.id`);
  }

  async details(ids: readonly number[], sql: Sql = this.database): Promise<DnsProviderDetails[]> {
    if (ids.length === 0) return [];
    return sql.query<DnsProviderDetails>(detailsSql, [ids]);
  }

  async list(input: InputOf<typeof listDnsProviders>) {
    const conditions = new Conditions();
    if (input.ids !== null) conditions.add('p.id = any(?::int[])', input.ids);
    if (input.name !== null) conditions.add('p.name = ?', input.name);
    if (input.type !== null) conditions.add('p.type = ?', input.type);
    filterByText(conditions, listed, input.filter);
    const { ids, total, nextCursor } = await listPage(this.database, { from: 'dns_provider p', id: 'p.id', columns: listed }, conditions, input.window);
    return { rows: await this.details(ids), total, nextCursor };
  }

  named(ids: readonly number[]): Promise<Pick<DnsProviderRow, 'id' | 'name' | 'type'>[]> {
    return this.database.query('select id, name, type from dns_provider where id = any($1::int[])', [ids]);
  }

  async resolve({ id, name }: Ref): Promise<number | null> {
    const [row] = await this.database.query<{ id: number }>('select id from dns_provider where case when $1::int is null then name = $2 else id = $1 end', [id ?? null, name ?? null]);
    return row?.id ?? null;
  }

  /** The providers that serve the longest of these names, lowest id first. */
  servingAnyOf(names: readonly string[]): Promise<Serving[]> {
    return this.places.add(names);
  }

  /** @throws the driver's error for a name that exists, constraint `dns_provider_name_unique` */
  async insert(tx: Sql, { name, description, type, options, nameservers }: NewDnsProvider): Promise<number> {
    const [row] = await tx.query<{ id: number }>('insert into dns_provider (name, description, type, options, nameservers) values ($1, $2, $3, $4, $5) returning id', [
      name,
      description,
      type,
      JSON.stringify(options),
      nameservers,
    ]);
    return row?.id ?? 0;
  }

  /** @returns false when somebody else changed it since `version` */
  async update(tx: Sql, id: number, version: number, { name, description, options, nameservers }: Omit<NewDnsProvider, 'type'>): Promise<boolean> {
    const rows = await tx.query(
      `update dns_provider set name = $3, description = $4, options = $5, nameservers = $6, version = version + 1, updated_at = now()
       where id = $1 and version = $2 returning id`,
      [id, version, name, description, JSON.stringify(options), nameservers],
    );
    return rows.length > 0;
  }

  /** Locks it against new records and says what it is. */
  async lock(tx: Sql, id: number): Promise<DnsProviderRow | undefined> {
    const [row] = await tx.query<DnsProviderRow>(`select ${columns} from dns_provider p where p.id = $1 for update`, [id]);
    return row;
  }

  async delete(tx: Sql, id: number): Promise<void> {
    await tx.query('delete from dns_provider where id = $1', [id]);
  }

  /** Replaces what is known of its zones; those that stay are not touched. */
  async setZones(id: number, zones: readonly string[], tx: Sql = this.database): Promise<void> {
    await tx.query(setZonesSql, [id, zones]);
  }

  async setError(id: number, error: string): Promise<void> {
    await this.database.query('update dns_provider set last_error = $2 where id = $1', [id, error]);
  }

  private async byIds(ids: readonly number[]): Promise<(DnsProviderRow | null)[]> {
    const text = `select ${columns} from dns_provider p where p.id = any($1::int[])`;
    const rows = await this.database.query<DnsProviderRow>({ name: 'dns-provider-by-id', text, values: [[...new Set(ids)]] });
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  }

  private async serving(asked: readonly (readonly string[])[]): Promise<Serving[][]> {
    const text = 'select provider_id as id, name as zone from dns_zone where name = any($1::text[]) order by length(name) desc, provider_id';
    const rows = await this.database.query<Serving>({ name: 'dns-zone-of', text, values: [[...new Set(asked.flat())]] });
    return asked.map((names) => rows.filter(({ zone }) => names.includes(zone)));
  }
}

const columns = 'p.id, p.name, p.description, p.type, p.options, p.nameservers, p.zones_refreshed_at, p.last_error, p.version, p.created_at, p.updated_at';

/** Zones that one answer shows: a registrar has hundreds of thousands. */
const shownZones = 1_000;

const detailsSql = `
  select ${columns},
    array(select z.name from dns_zone z where z.provider_id = p.id order by z.name limit ${shownZones}) as zones,
    (select count(*)::int from dns_zone z where z.provider_id = p.id) as zone_count,
    (select count(*)::int from dns_record r where r.provider_id = p.id and r.state <> 'removed') as open_records
  from dns_provider p where p.id = any($1::int[]) order by array_position($1::int[], p.id)`;

const setZonesSql = `
  with refreshed as (update dns_provider set zones_refreshed_at = now(), last_error = null where id = $1 returning id),
  gone as (delete from dns_zone where provider_id = $1 and name <> all($2::text[]))
  insert into dns_zone (provider_id, name) select refreshed.id, zone from refreshed, unnest($2::text[]) as zone on conflict do nothing`;
