import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { DuplicateCandidate } from './duplicates.js';

/** A certificate whose rotation may be switched. */
export interface RotationCandidate {
  readonly id: number;
  readonly name: string;
  readonly commonName: string | null;
  readonly owner: string;
  readonly issuer: string;
  readonly authority: { readonly id: number; readonly name: string; readonly plugin: string };
  readonly destinationIds: readonly number[];
  /** Of those whose labels were told. */
  readonly destinationLabels: readonly string[];
}

/** `null`: whatever authority. Names and ids, as text. */
export type Authorities = readonly string[] | null;

/** SQL of what the platform switches on and off by itself. Revoked, deleted and replaced certificates, and those of authorities, are never in it. */
@Injectable()
export class AutoRotationRepository {
  constructor(private readonly database: Database) {}

  /** Rotation is off; attached to an endpoint, or to a destination of that plugin (null: any). In order of ids, after one of them. */
  toEnable(kind: 'endpoint' | 'destination', plugin: string | null, authorities: Authorities, page: { now: Date; afterId: number; limit: number }): Promise<RotationCandidate[]> {
    return this.database.query<RotationCandidate & Record<string, unknown>>(enableSql, [kind, plugin, authorities, page.now, page.afterId, page.limit]);
  }

  /** Rotation is on, and no endpoint is known. */
  toDisable({ now, afterId, limit }: { now: Date; afterId: number; limit: number }): Promise<RotationCandidate[]> {
    return this.database.query<RotationCandidate & Record<string, unknown>>(disableSql, [now, afterId, limit]);
  }

  /** Certificates of one common name, made on the same day, at least one of them by these authorities since then (null: ever). */
  async duplicates(authorities: readonly string[], now: Date, issuedSince: Date | null): Promise<DuplicateCandidate[][]> {
    const rows = await this.database.query<{ members: DuplicateCandidate[] }>(duplicatesSql, [authorities, now, issuedSince]);
    return rows.map(({ members }) => members);
  }
}

const living = (now: string) => `
  not c.deleted and c.status is distinct from 'revoked' and c.not_after > ${now} and c.root_authority_id is null
    and not exists (select from certificate_replacement r where r.replaced_id = c.id)`;

const columns = `
  c.id, c.name, c.cn as "commonName", c.owner, c.issuer, json_build_object('id', a.id, 'name', a.name, 'plugin', a.plugin_slug) as authority,
  array(select d.object_id from certificate_attachment d where d.certificate_id = c.id and d.kind = 'destination' and d.is_attached order by 1) as "destinationIds",
  array(select l.label from certificate_attachment d join destination_label l on l.destination_id = d.object_id
    where d.certificate_id = c.id and d.kind = 'destination' and d.is_attached order by 1) as "destinationLabels"`;

const ofAuthorities = (parameter: string) => `(a.id::text = any(${parameter}::text[]) or a.name = any(${parameter}::text[]))`;

const enableSql = `
  select ${columns} from certificate c join authority a on a.id = c.authority_id
  where c.id > $5 and not c.rotation and ${living('$4::timestamptz')} and ($3::text[] is null or ${ofAuthorities('$3')})
    and exists (select from certificate_attachment t where t.certificate_id = c.id and t.kind = $1 and t.is_attached and ($2::text is null or t.plugin = $2))
  order by c.id limit $6`;

const disableSql = `
  select ${columns} from certificate c join authority a on a.id = c.authority_id
  where c.id > $2 and c.rotation and ${living('$1::timestamptz')}
    and not exists (select from certificate_attachment t where t.certificate_id = c.id and t.kind = 'endpoint' and t.is_attached)
  order by c.id limit $3`;

const day = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD')`;

const duplicatesSql = `
  with candidate as (
    select c.*, ${ofAuthorities('$1')} and ($3::timestamptz is null or c.date_created >= $3) as is_asked_for
    from certificate c join authority a on a.id = c.authority_id
    where c.rotation and c.cn is not null and ${living('$2::timestamptz')}
  )
  select json_agg(json_build_object(
    'id', c.id, 'name', c.name, 'authorityId', c.authority_id, 'owner', c.owner, 'san', c.san, 'keyType', c.key_type,
    'notBeforeDay', ${day('c.not_before')}, 'notAfterDay', ${day('c.not_after')},
    'destinationIds', array(select t.object_id from certificate_attachment t where t.certificate_id = c.id and t.kind = 'destination' and t.is_attached order by 1),
    'names', array(select d.name from domain d where d.certificate_id = c.id order by 1),
    'endpointCount', (select count(*)::int from certificate_attachment t where t.certificate_id = c.id and t.kind = 'endpoint' and t.is_attached)
  ) order by c.id) as members
  from candidate c group by c.cn, ${day('c.date_created')}
  having count(*) > 1 and bool_or(c.is_asked_for)
  order by min(c.id)`;
