import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

export interface Hold {
  notify: boolean;
  rotation: boolean;
}

/** As its event has it. */
export interface ClosedAuthority {
  id: number;
  name: string;
  owner: string;
  active: boolean;
  issuer: string;
  certificateId: number;
  parentId: number | null;
  roleIds: number[];
}

interface RevocationEntry {
  authorityId: number;
  certificateId: number;
  serialHex: string;
  revokedAt: Date;
  reason: string;
  notAfter: Date;
}

/** SQL of revocations as they come about. What changes a version locks the authority's row: last in a transaction. */
@Injectable()
export class RevocationRepository {
  constructor(private readonly database: Database) {}

  async revoke(tx: Sql, { authorityId, certificateId, serialHex, revokedAt, reason, notAfter }: RevocationEntry): Promise<void> {
    await tx.query(revokeSql, [authorityId, serialHex, certificateId, revokedAt, reason, notAfter]);
  }

  /** @param entry as it was revoked */
  async release(tx: Sql, { authorityId, certificateId, serialHex, revokedAt, reason, notAfter }: RevocationEntry): Promise<void> {
    await tx.query(releaseSql, [authorityId, serialHex, certificateId, revokedAt, reason, notAfter]);
  }

  /** It issues nothing more. Null for one that was inactive before. */
  async closeAuthority(tx: Sql, authorityId: number): Promise<ClosedAuthority | null> {
    const [row] = await tx.query<ClosedAuthority>(closeSql, [authorityId]);
    return row ?? null;
  }

  /** What a CA said of a certificate is no longer why it is revoked: only whoever revoked it here takes that back. */
  async takeOver(tx: Sql, certificateId: number): Promise<void> {
    await tx.query('update revocation_check set found_revoked = false, found_this_update = null where certificate_id = $1 and found_revoked', [certificateId]);
  }

  async holdOf(certificateId: number): Promise<Hold | null> {
    const [row] = await this.database.query<Hold>('select notify, rotation from certificate_hold where certificate_id = $1', [certificateId]);
    return row ?? null;
  }

  /** Held again, it stays as it was before the first time. */
  async remember(tx: Sql, certificateId: number, { notify, rotation }: Hold, at: Date): Promise<void> {
    await tx.query('insert into certificate_hold (certificate_id, notify, rotation, held_at) values ($1, $2, $3, $4) on conflict do nothing', [certificateId, notify, rotation, at]);
  }

  async forget(tx: Sql, certificateId: number): Promise<void> {
    await tx.query('delete from certificate_hold where certificate_id = $1', [certificateId]);
  }
}

const closeSql = `
  update authority set active = false, version = version + 1, updated_at = now() where id = $1 and active
  returning id, name, owner, active, plugin_slug as issuer, certificate_id as "certificateId", parent_id as "parentId", role_ids as "roleIds"`;

const versioned = `with drawn as (update revocation_publication set version = version + 1 where authority_id = $1 returning version)`;

const revokeSql = `
  ${versioned}
  insert into revocation (authority_id, serial_hex, certificate_id, revoked_at, reason, not_after, version)
  select $1, $2, $3, $4, $5, $6, version from drawn
  on conflict (authority_id, serial_hex) do update
  set revoked_at = excluded.revoked_at, reason = excluded.reason, version = excluded.version, is_released = false`;

/** What had left the lists after its end gets a row again: lists, and whoever keeps answers, hear of a change by its row. */
const releaseSql = `
  ${versioned}
  insert into revocation (authority_id, serial_hex, certificate_id, revoked_at, reason, not_after, version, is_released)
  select $1, $2, $3, $4, $5, $6, version, true from drawn
  on conflict (authority_id, serial_hex) do update set is_released = true, version = excluded.version`;
