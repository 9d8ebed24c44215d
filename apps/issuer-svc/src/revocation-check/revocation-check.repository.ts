import { Injectable } from '@nestjs/common';
import type { RevocationCheckRecord } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { checkRecord, type CheckRow } from './revocation-check.view.js';
import * as sql from './revocation-check.sql.js';

/** A certificate that is to be checked. */
export interface CheckedCertificate {
  id: number;
  name: string;
  /** Null where it is not needed: an authority of ours is its issuer. */
  der: Buffer | null;
  chainId: number | null;
  /** The platform holds the key of its issuer: what is revoked stands in the inventory. */
  isOurs: boolean;
  /** On hold at its CA, which may have let it go. */
  isRevoked: boolean;
}

/** Its CA said that a certificate is revoked, and nobody revoked it here. */
export interface Finding {
  /** Of the youngest answer that said so. */
  thisUpdate: Date;
}

const maxId = 2_147_483_647;

/** One look at all certificates, from the newest down. */
export interface CheckRound {
  startedAt: Date;
  /** Null: not begun. */
  belowId: number | null;
}

/** Whom a certificate names as its issuer. */
export interface NamedIssuer {
  /** RFC 4514. */
  name: string;
  commonName: string | null;
  /** As in `certificate.issuer`. */
  slug: string;
}

export interface PageTerms {
  round: CheckRound;
  /** Those that end before this are left out. */
  endsFrom: Date;
  createdUntil: Date;
  /** None: those of every authority, and of none. */
  pluginSlugs: readonly string[];
  count: number;
}

/** SQL of checks and what they concern. */
@Injectable()
export class RevocationCheckRepository {
  constructor(private readonly database: Database) {}

  /** The next certificates below those that were looked at (ST-3), newest first. */
  page({ round, endsFrom, createdUntil, pluginSlugs, count }: PageTerms): Promise<CheckedCertificate[]> {
    // Without a condition of its own for the first page: a plan for all pages then walks the index from the right place.
    const values = [round.belowId ?? maxId, endsFrom, createdUntil, pluginSlugs, round.startedAt, count];
    return this.database.query<CheckedCertificate>({ name: 'revocation-check-page', text: sql.page, values });
  }

  async find(id: number): Promise<CheckedCertificate | null> {
    const [row] = await this.database.query<CheckedCertificate>({ name: 'revocation-check-one', text: sql.one, values: [id] });
    return row ?? null;
  }

  async chain(id: number): Promise<Buffer[]> {
    const [row] = await this.database.query<{ certificates: Buffer[] }>('select certificates from chain where id = $1', [id]);
    return row?.certificates ?? [];
  }

  /** Certificates that may be the issuer's: of its name in the inventory, of authorities, and where its certificates have a chain. */
  async issuers({ name, commonName, slug }: NamedIssuer): Promise<Buffer[]> {
    const rows = await this.database.query<{ der: Buffer }>({ name: 'revocation-check-issuers', text: sql.issuers, values: [name, commonName, slug] });
    return rows.map(({ der }) => der);
  }

  async last(id: number): Promise<RevocationCheckRecord | null> {
    const [row] = await this.database.query<CheckRow>({ name: 'revocation-check-last', text: sql.last, values: [id] });
    return row === undefined ? null : checkRecord(row);
  }

  /** Keeps what was found, and lets the status follow where nobody revoked the certificate meanwhile. */
  async keep(records: readonly RevocationCheckRecord[], within: Sql = this.database): Promise<void> {
    if (records.length === 0) return;
    await within.query({ name: 'revocation-check-keep', text: sql.keep, values: [JSON.stringify(records)] });
  }

  /** Certificates of authorities of ours that are not revoked: nobody has to be asked. */
  async settle(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query({ name: 'revocation-check-settle', text: sql.settle, values: [ids] });
  }

  /** Set when the certificate counts as revoked because its CA said so. */
  async findingOf(tx: Sql, id: number): Promise<Finding | null> {
    const [row] = await tx.query<Finding>('select coalesce(found_this_update, checked_at) as "thisUpdate" from revocation_check where certificate_id = $1 and found_revoked', [id]);
    return row ?? null;
  }

  /** Within the transaction that holds the certificate's row. */
  async keepWithin(tx: Sql, record: RevocationCheckRecord, finding: Finding | null): Promise<void> {
    await tx.query(sql.keepOne, [JSON.stringify([record]), finding !== null, finding?.thisUpdate ?? null]);
  }

  async markRevoked(tx: Sql, id: number, { revokedAt, reason }: { revokedAt: Date; reason: string }): Promise<void> {
    await tx.query("update certificate set status = 'revoked', revoked_at = $2, revocation_reason = $3, updated_at = now() where id = $1", [id, revokedAt, reason]);
  }

  async markReleased(tx: Sql, id: number): Promise<void> {
    await tx.query("update certificate set status = 'valid', revoked_at = null, revocation_reason = null, updated_at = now() where id = $1", [id]);
  }

  /** The round that was cut off, unless it is older than `resumable`; else a new one. */
  async beginRound(now: Date, resumable: Date): Promise<CheckRound> {
    const [row] = await this.database.query<CheckRound>(sql.beginRound, [now, resumable]);
    if (row === undefined) throw new Error('there is no round');
    return row;
  }

  async advanceRound(belowId: number): Promise<void> {
    await this.database.query('update revocation_check_round set below_id = $1', [belowId]);
  }

  async endRound(at: Date): Promise<void> {
    await this.database.query('update revocation_check_round set ended_at = $1', [at]);
  }
}
