import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { CertificateFacts as EventFacts, LogType } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import type { CertificateFormat } from '@sifaka/plugin-sdk';
import type { z } from 'zod';

/** What may change about a certificate. */
export interface CertificateState {
  owner: string;
  ownerRoleId: number;
  roleIds: number[];
  description: string | null;
  notify: boolean;
  rotation: boolean;
  rotationPolicyId: number | null;
  status: 'valid' | 'revoked' | 'unknown' | null;
  deleted: boolean;
  revokedAt: Date | null;
  revocationReason: string | null;
  revocationComments: string | null;
}

/** A certificate as it is changed, revoked, exported. */
export interface StoredCertificate extends CertificateState {
  id: number;
  name: string;
  userId: number | null;
  keyId: string | null;
  authorityId: number | null;
  rootAuthorityId: number | null;
  externalId: string | null;
  commonName: string | null;
  serialHex: string;
  fingerprint: string;
  notBefore: Date;
  notAfter: Date;
  format: CertificateFormat;
  der: Buffer;
  chain: Buffer[] | null;
  csr: Buffer | null;
  names: string[];
  replaces: number[];
}

interface LogLine {
  certificateId: number;
  type: z.output<typeof LogType>;
  at: Date;
  userId: number | null;
}

/** SQL of certificates as they are changed. */
@Injectable()
export class CertificateRepository {
  constructor(private readonly database: Database) {}

  /** @throws AppError `not_found` */
  get(id: number): Promise<StoredCertificate> {
    return this.one(this.database, storedSql, id);
  }

  /** @throws AppError `not_found` */
  lock(tx: Sql, id: number): Promise<StoredCertificate> {
    return this.one(tx, `${storedSql} for update of c`, id);
  }

  async change(tx: Sql, id: number, state: CertificateState): Promise<void> {
    await tx.query(changeSql, [
      id,
      state.owner,
      state.ownerRoleId,
      state.roleIds,
      state.description,
      state.notify,
      state.rotation,
      state.status,
      state.deleted,
      state.revokedAt,
      state.revocationReason,
      state.revocationComments,
      state.rotationPolicyId,
    ]);
  }

  /** Makes these, and no others, the certificates that it takes the place of; the new ones among them fall silent (RP-1). */
  async replace(tx: Sql, id: number, replaced: readonly number[]): Promise<void> {
    await tx.query('delete from certificate_replacement where certificate_id = $1 and replaced_id <> all($2::int[])', [id, replaced]);
    await tx.query(linkSql, [id, replaced]);
  }

  async log(tx: Sql, { certificateId, type, at, userId }: LogLine): Promise<void> {
    await tx.query('insert into certificate_log (certificate_id, log_type, logged_at, user_id) values ($1, $2, $3, $4)', [certificateId, type, at, userId]);
  }

  /** Frees the idempotency key that it was made with. */
  async forgetRequest(id: number): Promise<void> {
    await this.database.query('update certificate set request_key = null, request_hash = null where id = $1', [id]);
  }

  private async one(sql: Sql, text: string, id: number): Promise<StoredCertificate> {
    const [row] = await sql.query<StoredCertificate>(text, [id]);
    if (row === undefined) throw new AppError('not_found', `there is no certificate ${id}`);
    return row;
  }
}

/** What the events tell of it. */
export function storedFacts(certificate: StoredCertificate): EventFacts {
  const { id, name, owner, commonName, names, authorityId, serialHex, replaces, roleIds } = certificate;
  return {
    id,
    name,
    owner,
    commonName,
    names,
    authorityId,
    serialHex,
    fingerprintSha256: certificate.fingerprint,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    replaces,
    roleIds,
  };
}

const storedSql = `
  select c.id, c.name, c.owner, c.owner_role_id as "ownerRoleId", c.role_ids as "roleIds", c.description, c.notify, c.rotation,
    c.rotation_policy_id as "rotationPolicyId", c.status, c.deleted,
    c.revoked_at as "revokedAt", c.revocation_reason as "revocationReason", c.revocation_comments as "revocationComments", c.user_id as "userId",
    c.key_id as "keyId", c.authority_id as "authorityId", c.root_authority_id as "rootAuthorityId", c.external_id as "externalId",
    c.cn as "commonName", c.serial_hex as "serialHex", encode(c.fingerprint_sha256, 'hex') as fingerprint, c.not_before as "notBefore",
    c.not_after as "notAfter", c.format, c.der, c.csr, (select ch.certificates from chain ch where ch.id = c.chain_id) as chain,
    array(select d.name from domain d where d.certificate_id = c.id order by d.position) as names,
    array(select r.replaced_id from certificate_replacement r where r.certificate_id = c.id order by 1) as replaces
  from certificate c where c.id = $1`;

const changeSql = `
  update certificate set owner = $2, owner_role_id = $3, role_ids = $4, description = $5, notify = $6, rotation = $7, status = $8, deleted = $9,
    revoked_at = $10, revocation_reason = $11, revocation_comments = $12, rotation_policy_id = $13, updated_at = now()
  where id = $1`;

const linkSql = `
  with linked as (
    insert into certificate_replacement (certificate_id, replaced_id) select $1, id from unnest($2::int[]) as id on conflict do nothing returning replaced_id
  )
  update certificate set notify = false, updated_at = now() where notify and id in (select replaced_id from linked)`;
