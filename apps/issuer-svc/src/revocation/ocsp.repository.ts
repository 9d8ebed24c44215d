import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { CrlReasonName } from '@sifaka/pki';

/** An answer that was signed before and still says the truth. */
export interface StoredAnswer {
  response: Buffer;
  thisUpdate: Date;
  nextUpdate: Date;
  version: number;
  askedAt: Date;
}

/** What is on record about a serial number of an authority. */
export interface SerialState {
  /** Of the authority's revocations, at the same moment. */
  version: number;
  revokedAt: Date | null;
  reason: CrlReasonName | null;
  /** Of the certificate, where it is in the inventory: whether the authority issued it is for its signature to say. */
  der: Buffer | null;
  /** The journal of the key vault knows that it was signed. */
  isSigned: boolean;
}

export interface NewAnswer {
  authorityId: number;
  certId: Buffer;
  serialHex: string;
  version: number;
  thisUpdate: Date;
  nextUpdate: Date;
  response: Buffer;
}

export interface AgeingAnswer {
  authorityId: number;
  certId: Buffer;
  serialHex: string;
}

/** SQL of answers about single certificates. */
@Injectable()
export class OcspRepository {
  constructor(private readonly database: Database) {}

  async stored(authorityId: number, certId: Buffer, now: Date): Promise<StoredAnswer | null> {
    const [row] = await this.database.query<StoredAnswer>({ name: 'ocsp-stored', text: storedSql, values: [authorityId, certId, now] });
    return row ?? null;
  }

  async stateOf(authorityId: number, serialHex: string): Promise<SerialState | null> {
    const [row] = await this.database.query<SerialState>({ name: 'ocsp-state', text: stateSql, values: [authorityId, serialHex] });
    return row ?? null;
  }

  /** Unless a younger one is there. */
  async keep({ authorityId, certId, serialHex, version, thisUpdate, nextUpdate, response }: NewAnswer, askedAt: Date | null): Promise<void> {
    await this.database.query({ name: 'ocsp-keep', text: keepSql, values: [authorityId, certId, serialHex, version, thisUpdate, nextUpdate, response, askedAt ?? thisUpdate, askedAt !== null] });
  }

  /** Somebody asked for it: it is kept fresh for some days. */
  async asked(authorityId: number, certId: Buffer, at: Date): Promise<void> {
    await this.database.query('update ocsp_response set asked_at = $3 where authority_id = $1 and cert_id = $2', [authorityId, certId, at]);
  }

  /** Answers that end soon and were asked for lately. */
  ageing(endsBefore: Date, askedAfter: Date, limit: number): Promise<AgeingAnswer[]> {
    return this.database.query<AgeingAnswer>(ageingSql, [endsBefore, askedAfter, limit]);
  }

  async removeEnded(before: Date): Promise<void> {
    await this.database.query('delete from ocsp_response where next_update < $1', [before]);
  }
}

/** One that is older than a revocation or release of its certificate says nothing any more. */
const storedSql = `
  select o.response, o.this_update as "thisUpdate", o.next_update as "nextUpdate", p.version, o.asked_at as "askedAt"
  from ocsp_response o join revocation_publication p on p.authority_id = o.authority_id
  where o.authority_id = $1 and o.cert_id = $2 and o.next_update > $3
    and not exists (select from revocation r where r.authority_id = o.authority_id and r.serial_hex = o.serial_hex and r.version > o.version)`;

/** In one statement, so that all of it is of one moment. What has left the lists after its expiry is revoked still. */
const stateSql = `
  select p.version, coalesce(r.revoked_at, issued.revoked_at) as "revokedAt", coalesce(r.reason, issued.reason) as reason, issued.der,
    exists (select from orphan_signature s where s.serial_hex = $2 and s.authority_id = $1)
      or exists (select from ocsp_responder d where d.serial_hex = $2 and d.authority_id = $1) as "isSigned"
  from revocation_publication p
  left join revocation r on r.authority_id = p.authority_id and r.serial_hex = $2 and not r.is_released
  left join lateral (
    select der, case when status = 'revoked' then revoked_at end as revoked_at, case when status = 'revoked' then revocation_reason end as reason
    from certificate where authority_id = $1 and serial_hex = $2 and format = 'x509'
    union all
    select c.der, case when c.status = 'revoked' then c.revoked_at end, case when c.status = 'revoked' then c.revocation_reason end
    from certificate c join authority a on a.certificate_id = c.id where c.serial_hex = $2 and (a.parent_id = $1 or a.id = $1)
    limit 1
  ) issued on true
  where p.authority_id = $1`;

const keepSql = `
  insert into ocsp_response as o (authority_id, cert_id, serial_hex, version, this_update, next_update, response, asked_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (authority_id, cert_id) do update
  set version = excluded.version, this_update = excluded.this_update, next_update = excluded.next_update, response = excluded.response,
    asked_at = case when $9::boolean then excluded.asked_at else o.asked_at end
  where o.version <= excluded.version`;

const ageingSql = `
  select o.authority_id as "authorityId", o.cert_id as "certId", o.serial_hex as "serialHex" from ocsp_response o
  where o.next_update < $1 and o.asked_at > $2 order by o.next_update limit $3`;
