import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { CertificateAccess } from '@sifaka/authz';
import type { Ref } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { Coalescer, CONFIG } from '@sifaka/runtime';
import type { z } from 'zod';
import type { IssuerConfig } from '../issuer.config.js';
import type { RotationPolicyOf } from '../certificate/certificate.view.js';
import type { RepeatedRequest } from './request-identity.js';

type Reference = z.output<typeof Ref>;

export interface AskedReferences {
  authority: Reference | null;
  /** Field that named the authority, for the refusal. */
  authorityPath?: 'authority' | 'parent';
  rotationPolicy: Reference | null;
  replaces: readonly Reference[];
  /** Hash of caller and idempotency key, hex. */
  requestKey: string | null;
}

export interface Replaced extends CertificateAccess {
  id: number;
}

export interface Preflight {
  authority: { id: number; version: number } | null;
  rotationPolicy: RotationPolicyOf | null;
  replaces: Replaced[];
  /** What the same request was answered with before. */
  repeated: RepeatedRequest | null;
  /**
   * Last moment, by the database's clock, at which the certificate is still stored. Keys and signatures without a certificate are
   * swept up after twice that time: a process that was asleep in between must not store a certificate whose key is gone.
   */
  storeBefore: Date;
}

/** Everything that a request refers to, in one round trip, which it shares with requests of the same moment. */
@Injectable()
export class PreflightRepository {
  private readonly reads: Coalescer<AskedReferences, PreflightRow>;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {
    this.reads = new Coalescer((items) => this.readAll(items), { maxItems: 64, maxRuns: 2 });
  }

  /** @throws AppError `invalid_argument` for references to what does not exist */
  async read(asked: AskedReferences): Promise<Preflight> {
    const { authority, rotationPolicy, replaces } = asked;
    const row = await this.reads.add(asked);
    if (authority !== null && row.authority === null) throw unknown(asked.authorityPath ?? 'authority', 'authority', authority);
    if (rotationPolicy !== null && row.policy === null) throw unknown('rotationPolicy', 'rotation policy', rotationPolicy);
    const found = row.replaces ?? [];
    const missing = replaces.find(({ id, name }) => !found.some((other) => (id === undefined ? other.name === name : other.id === id)));
    if (missing !== undefined) throw unknown('replaces', 'certificate', missing);
    const storeBefore = new Date(row.read_at.getTime() + 1_000 * this.config.issueLimitSeconds);
    return { authority: row.authority, rotationPolicy: row.policy, replaces: found, repeated: row.repeated, storeBefore };
  }

  /** Those among the names, which are in lower case, that are marked as sensitive in whatever case (DV-4). */
  async sensitiveAmong(names: readonly string[]): Promise<Set<string>> {
    if (names.length === 0) return new Set();
    const rows = await this.database.query<{ name: string }>({ name: 'domain-sensitive-among', text: sensitiveSql, values: [names] });
    return new Set(rows.map(({ name }) => name));
  }

  /** In the order of the requests. */
  private readAll(items: readonly AskedReferences[]): Promise<PreflightRow[]> {
    const asked = items.map(({ authority, rotationPolicy, replaces, requestKey }, place) => ({
      place,
      authority_id: authority?.id,
      authority_name: authority?.id === undefined ? authority?.name : undefined,
      policy_id: rotationPolicy?.id,
      policy_name: rotationPolicy?.id === undefined ? rotationPolicy?.name : undefined,
      replaced_ids: replaces.flatMap(({ id }) => id ?? []),
      replaced_names: replaces.flatMap(({ id, name }) => (id === undefined ? (name ?? []) : [])),
      request_key: requestKey,
    }));
    return this.database.query<PreflightRow>({ name: 'issuance-preflight', text: preflightSql, values: [JSON.stringify(asked)] });
  }
}

interface PreflightRow {
  authority: { id: number; version: number } | null;
  policy: RotationPolicyOf | null;
  replaces: Replaced[] | null;
  repeated: RepeatedRequest | null;
  read_at: Date;
}

/** Guarded where a request asks nothing, and without parameters that change the plan: one that is kept costs a fifth of a new one. */
const preflightSql = `
  with asked as materialized (
    select * from json_to_recordset($1) as r(place int, authority_id int, authority_name text, policy_id int, policy_name text,
      replaced_ids int[], replaced_names text[], request_key text)
  )
  select
    (select json_build_object('id', a.id, 'version', a.version) from authority a
      where a.id = coalesce(asked.authority_id, (select b.id from authority b where b.name = asked.authority_name))) as authority,
    (select json_build_object('id', p.id, 'days', p.days, 'name', p.name, 'hours', p.hours, 'lifetimeFraction', p.lifetime_fraction) from rotation_policy p
      where p.id = coalesce(asked.policy_id, (select q.id from rotation_policy q where q.name = asked.policy_name))) as policy,
    case when asked.replaced_ids <> '{}' or asked.replaced_names <> '{}' then
      (select json_agg(json_build_object('id', c.id, 'name', c.name, 'userId', c.user_id, 'roleIds', c.role_ids)) from certificate c
        where c.id = any(asked.replaced_ids) or c.name = any(asked.replaced_names)) end as replaces,
    case when asked.request_key is not null then
      coalesce(
        (select json_build_object('kind', 'certificate', 'id', r.id, 'contentHash', encode(r.request_hash, 'hex'),
            'isForgotten', r.date_created < clock_timestamp() - interval '24 hours')
          from certificate r where r.request_key = decode(asked.request_key, 'hex')),
        (select json_build_object('kind', 'pending', 'id', r.id, 'contentHash', encode(r.request_hash, 'hex'),
            'isForgotten', r.date_created < clock_timestamp() - interval '24 hours')
          from pending_certificate r where r.request_key = decode(asked.request_key, 'hex'))) end as repeated,
    clock_timestamp() as read_at
  from asked order by place`;

const sensitiveSql = 'select distinct lower(name) as name from domain where sensitive and lower(name) = any($1::text[])';

function unknown(path: string, what: string, { id, name }: Reference): AppError {
  const message = `there is no ${what} ${id ?? `"${name ?? ''}"`}`;
  return new AppError('invalid_argument', `${path}: ${message}`, { reason: 'reference.unknown', fields: [{ path, message }] });
}
