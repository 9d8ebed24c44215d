import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';

export interface StoredResponder {
  id: number;
  keyId: string;
  der: Buffer;
  notBefore: Date;
  notAfter: Date;
}

/** SQL of the certificates of OCSP responders. */
@Injectable()
export class OcspResponderRepository {
  constructor(private readonly database: Database) {}

  /** The one that holds longest. */
  async latest(authorityId: number, now: Date): Promise<StoredResponder | null> {
    const [row] = await this.database.query<StoredResponder>({ name: 'ocsp-responder-latest', text: latestSql, values: [authorityId, now] });
    return row ?? null;
  }

  async add(authorityId: number, { keyId, serialHex, der, notBefore, notAfter }: Omit<StoredResponder, 'id'> & { serialHex: string }): Promise<void> {
    await this.database.query('insert into ocsp_responder (authority_id, key_id, serial_hex, der, not_before, not_after) values ($1, $2, $3, $4, $5, $6)', [authorityId, keyId, serialHex, der, notBefore, notAfter]);
  }

  /** Its key is swept up with it. */
  async remove(id: number): Promise<void> {
    await this.database.query(removeSql('id = $1'), [id]);
  }

  async removeEnded(before: Date): Promise<void> {
    await this.database.query(removeSql('not_after < $1'), [before]);
  }
}

const latestSql = `
  select id, key_id::text as "keyId", der, not_before as "notBefore", not_after as "notAfter" from ocsp_responder
  where authority_id = $1 and not_after > $2 and not_before <= $2 order by not_after desc, id desc limit 1`;

const removeSql = (condition: string): string => `
  with gone as (delete from ocsp_responder where ${condition} returning key_id)
  insert into released_key (key_id) select key_id from gone on conflict do nothing`;
