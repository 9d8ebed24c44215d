import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { CertificateAccess } from '@sifaka/authz';
import type { Principal, Ref } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { z } from 'zod';

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
  rotationPolicy: { id: number; days: number } | null;
  replaces: Replaced[];
  /** The certificate that answered the same request before. */
  repeatedId: number | null;
  /** By the clock of the database, before any key was made. */
  readAt: Date;
}

/** Everything that a request refers to, in one round trip. */
@Injectable()
export class PreflightRepository {
  constructor(private readonly database: Database) {}

  /** @throws AppError `invalid_argument` for references to what does not exist */
  async read(asked: AskedReferences): Promise<Preflight> {
    const { authority, rotationPolicy, replaces, requestKey } = asked;
    const [row] = await this.database.query<PreflightRow>({
      name: 'issuance-preflight',
      text: preflightSql,
      values: [
        authority?.id ?? null,
        authority?.id === undefined ? (authority?.name ?? null) : null,
        rotationPolicy?.id ?? null,
        rotationPolicy?.id === undefined ? (rotationPolicy?.name ?? null) : null,
        replaces.flatMap(({ id }) => (id === undefined ? [] : [id])),
        replaces.flatMap(({ id, name }) => (id === undefined && name !== undefined ? [name] : [])),
        requestKey,
      ],
    });
    if (authority !== null && !row?.authority) throw unknown(asked.authorityPath ?? 'authority', 'authority', authority);
    if (rotationPolicy !== null && !row?.policy) throw unknown('rotationPolicy', 'rotation policy', rotationPolicy);
    const found = row?.replaces ?? [];
    const missing = replaces.find(({ id, name }) => !found.some((other) => (id === undefined ? other.name === name : other.id === id)));
    if (missing !== undefined) throw unknown('replaces', 'certificate', missing);
    return { authority: row?.authority ?? null, rotationPolicy: row?.policy ?? null, replaces: found, repeatedId: row?.repeated_id ?? null, readAt: row?.read_at ?? new Date(0) };
  }

  /** Those among the names that are marked as sensitive (DV-4: exact, case-sensitive). */
  async sensitiveAmong(names: readonly string[]): Promise<Set<string>> {
    if (names.length === 0) return new Set();
    const rows = await this.database.query<{ name: string }>({ name: 'domain-sensitive-among', text: sensitiveSql, values: [names] });
    return new Set(rows.map(({ name }) => name));
  }
}

/** One caller's idempotency keys mean nothing to another. */
export function requestKeyOf(principal: Principal, key: string | null): string | null {
  if (key === null) return null;
  const caller = principal.kind === 'user' ? `user ${principal.userId}` : `service ${principal.service}`;
  return createHash('sha256').update(`${caller}\n${key}`).digest('hex');
}

interface PreflightRow {
  authority: { id: number; version: number } | null;
  policy: { id: number; days: number } | null;
  replaces: Replaced[] | null;
  repeated_id: number | null;
  read_at: Date;
}

const preflightSql = `
  select
    (select json_build_object('id', a.id, 'version', a.version) from authority a
      where a.id = coalesce($1::int, (select b.id from authority b where b.name = $2::text))) as authority,
    (select json_build_object('id', p.id, 'days', p.days) from rotation_policy p where p.id = coalesce($3::int, (select q.id from rotation_policy q where q.name = $4::text))) as policy,
    (select json_agg(json_build_object('id', c.id, 'name', c.name, 'userId', c.user_id, 'roleIds', c.role_ids)) from certificate c
      where c.id = any($5::int[]) or c.name = any($6::text[])) as replaces,
    (select r.id from certificate r where r.request_key = decode($7::text, 'hex')) as repeated_id,
    clock_timestamp() as read_at`;

const sensitiveSql = 'select distinct name from domain where sensitive and name = any($1::text[])';

function unknown(path: string, what: string, { id, name }: Reference): AppError {
  const message = `there is no ${what} ${id ?? `"${name ?? ''}"`}`;
  return new AppError('invalid_argument', `${path}: ${message}`, { reason: 'reference.unknown', fields: [{ path, message }] });
}
