import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { Database } from '@sifaka/database';
import type { CertificateFormat } from '@sifaka/plugin-sdk';

/** An authority, and how far its revocations have come. */
export interface RevocationState {
  name: string;
  format: CertificateFormat;
  /** Of an SSH authority: its public key. */
  der: Buffer;
  createdAt: Date;
  revoked: number;
  lastRevokedAt: Date | null;
}

export interface Revocation {
  serial: string;
  /** The certificate, when its key is not to be trusted any more; else null. */
  compromised: Buffer | null;
}

/** SQL of key revocation lists. */
@Injectable()
export class KrlRepository {
  constructor(private readonly database: Database) {}

  /** @throws AppError `not_found` */
  async state(authorityId: number): Promise<RevocationState> {
    const [row] = await this.database.query<RevocationState>({ name: 'krl-state', text: stateSql, values: [authorityId] });
    if (row === undefined) throw new AppError('not_found', `there is no authority ${authorityId}`);
    return row;
  }

  /** Revoked certificates that were valid at that time or will be, at most so many. */
  revocations(authorityId: number, validAfter: Date, limit: number): Promise<Revocation[]> {
    return this.database.query<Revocation>({ name: 'krl-revocations', text: revocationsSql, values: [authorityId, validAfter, limit] });
  }
}

const stateSql = `
  select a.name, c.format, c.der, a.created_at as "createdAt", r.revoked, r.last as "lastRevokedAt"
  from authority a join certificate c on c.id = a.certificate_id,
    lateral (select count(*)::int as revoked, max(revoked_at) as last from certificate where authority_id = a.id and revoked_at is not null) r
  where a.id = $1`;

const revocationsSql = `
  select serial, case when revocation_reason = 'keyCompromise' then der end as compromised
  from certificate where authority_id = $1 and revoked_at is not null and format = 'openssh' and not_after > $2
  order by revoked_at limit $3`;
