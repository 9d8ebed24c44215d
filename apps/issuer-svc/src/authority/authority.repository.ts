import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { AuditEntry } from '@sifaka/contracts';
import { Database, uniqueViolation, type Sql } from '@sifaka/database';
import { Jobs, Outbox, type NewEvent } from '@sifaka/messaging';
import type { StoredOption } from '@sifaka/plugin-host';
import { publishCrlJob } from '../revocation/publication.js';

/** Columns of a new authority. */
export interface NewAuthority {
  id: number;
  name: string;
  owner: string;
  ownerRoleId: number;
  roleIds: number[];
  description: string | null;
  pluginSlug: string;
  options: readonly StoredOption[] | null;
  cabCompliant: boolean | null;
  cnOptional: boolean;
  userId: number | null;
  parentId: number | null;
  certificateId: number;
  keyId: string | null;
  chainId: number;
}

/** What may change about an authority. */
export interface AuthorityChange {
  owner: string;
  ownerRoleId: number;
  roleIds: number[];
  description: string | null;
  active: boolean;
  options: readonly StoredOption[] | null;
  cabCompliant: boolean | null;
  cnOptional: boolean;
}

/** An authority as it is before a change. */
export interface LockedAuthority {
  id: number;
  name: string;
  owner: string;
  roleIds: number[];
  userId: number | null;
  pluginSlug: string;
  options: StoredOption[] | null;
  certificateId: number;
  parentId: number | null;
  active: boolean;
  description: string | null;
}

/** What is written about a change, with the change. */
export interface Told {
  entry: AuditEntry;
  event: NewEvent;
}

/** SQL of authorities as they are written. */
@Injectable()
export class AuthorityRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly jobs: Jobs,
  ) {}

  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** @throws AppError `already_exists`, field `name` */
  async assertNameIsFree(name: string): Promise<void> {
    const [found] = await this.database.query<{ id: number }>('select id from authority where name = $1', [name]);
    if (found !== undefined) throw nameTaken(name);
  }

  /** @throws AppError `already_exists`, field `body`: two authorities with one certificate would share serial numbers and revocation lists */
  async assertCertificateIsUnknown(fingerprint: string): Promise<void> {
    const id = await this.idOfCertificate(fingerprint);
    if (id === null) return;
    const message = `the certificate is that of authority ${id} already`;
    throw new AppError('already_exists', `body: ${message}`, { reason: 'authority.known_certificate', fields: [{ path: 'body', message }] });
  }

  /** The authority with this certificate (SHA-256, hex), if there is one. */
  async idOfCertificate(fingerprint: string): Promise<number | null> {
    const [found] = await this.database.query<{ id: number }>(
      "select a.id from certificate c join authority a on a.certificate_id = c.id where c.fingerprint_sha256 = decode($1, 'hex') limit 1",
      [fingerprint],
    );
    return found?.id ?? null;
  }

  async drawIds(tx: Sql): Promise<{ authority: number; certificate: number }> {
    const [ids] = await tx.query<{ authority: number; certificate: number }>(
      "select nextval('authority_id_seq')::int as authority, nextval('certificate_id_seq')::int as certificate",
    );
    if (ids === undefined) throw new Error('the sequences answered nothing');
    return ids;
  }

  /** @throws AppError `already_exists`, field `name` */
  async add(tx: Sql, authority: NewAuthority, { entry, event }: Told): Promise<void> {
    try {
      await tx.query(addSql, [
        authority.id,
        authority.name,
        authority.owner,
        authority.ownerRoleId,
        authority.roleIds,
        authority.description,
        authority.pluginSlug,
        authority.options === null ? null : JSON.stringify(authority.options),
        authority.cabCompliant,
        authority.cnOptional,
        authority.userId,
        authority.parentId,
        authority.certificateId,
        authority.keyId,
        authority.chainId,
      ]);
    } catch (error) {
      if (uniqueViolation(error)?.constraint === 'authority_name_unique') throw nameTaken(authority.name);
      throw error;
    }
    await this.outbox.record(tx, [entry], [event]);
    // Clients may ask for its lists as soon as it has issued something.
    if (authority.keyId !== null) await this.jobs.add(publishCrlJob, { authorityId: authority.id }, { tx });
  }

  /** @throws AppError `not_found` */
  read(id: number): Promise<LockedAuthority> {
    return this.one(this.database, readSql, id);
  }

  /** @throws AppError `not_found` */
  lock(tx: Sql, id: number): Promise<LockedAuthority> {
    return this.one(tx, `${readSql} for update`, id);
  }

  async change(tx: Sql, id: number, change: AuthorityChange, { entry, event }: Told): Promise<void> {
    await tx.query(changeSql, [
      id,
      change.owner,
      change.ownerRoleId,
      change.roleIds,
      change.description,
      change.active,
      change.options === null ? null : JSON.stringify(change.options),
      change.cabCompliant,
      change.cnOptional,
    ]);
    await this.outbox.record(tx, [entry], [event]);
  }

  /** Those among the references into the key vault that stand in the options of no authority. */
  async unreferredAmong(refs: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ ref: string }>(unreferredSql, [refs]);
    return rows.map(({ ref }) => ref);
  }

  private async one(sql: Sql, text: string, id: number): Promise<LockedAuthority> {
    const [row] = await sql.query<LockedAuthority>(text, [id]);
    if (row === undefined) throw new AppError('not_found', `there is no authority ${id}`);
    return row;
  }
}

const unreferredSql = 'select r.ref from unnest($1::text[]) as r(ref) where not exists (select from authority a where position(r.ref in a.options::text) > 0)';

const addSql = `
  insert into authority (id, name, owner, owner_role_id, role_ids, description, plugin_slug, options, cab_compliant, cn_optional, user_id, parent_id,
    certificate_id, key_id, chain_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10, $11, $12, $13, $14, $15)`;

const readSql = `
  select id, name, owner, role_ids as "roleIds", user_id as "userId", plugin_slug as "pluginSlug", options, certificate_id as "certificateId",
    parent_id as "parentId", active, description
  from authority where id = $1`;

const changeSql = `
  update authority set owner = $2, owner_role_id = $3, role_ids = $4, description = $5, active = $6, options = $7::json, cab_compliant = $8,
    cn_optional = $9, version = version + 1, updated_at = now()
  where id = $1`;

function nameTaken(name: string): AppError {
  const message = `there is an authority "${name}" already`;
  return new AppError('already_exists', `name: ${message}`, { reason: 'authority.name_taken', fields: [{ path: 'name', message }] });
}
