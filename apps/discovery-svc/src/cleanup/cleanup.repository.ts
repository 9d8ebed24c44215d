import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

/** A certificate of a source, with what the source calls it where it is. */
export interface CertificateThere {
  certificateId: number;
  fingerprint: string;
  places: { name: string | null; externalId: string | null }[];
  /** Names of endpoints that present it, inactive ones among them; the first few. */
  presentedBy: string[];
}

const shownEndpoints = 3;

/** What sources have. */
@Injectable()
export class CleanupRepository {
  constructor(private readonly database: Database) {}

  /** In order of their ids. */
  page(sourceId: number, afterId: number, limit: number): Promise<CertificateThere[]> {
    const text = `
      select page.id as "certificateId", s.fingerprint, s.places,
        array(select e.name from endpoint_certificate c join endpoint e on e.id = c.endpoint_id where c.certificate_id = page.id order by e.id limit ${shownEndpoints}) as "presentedBy"
      from (select distinct certificate_id as id from sighting where source_id = $1 and certificate_id > $2 order by 1 limit $3) page,
        lateral (select min(fingerprint) as fingerprint, jsonb_agg(distinct jsonb_build_object('name', name, 'externalId', external_id)) as places from sighting where source_id = $1 and certificate_id = page.id) s
      order by page.id`;
    return this.database.query<CertificateThere>({ name: 'cleanup-page', text, values: [sourceId, afterId, limit] });
  }

  /** By what is on record at this moment. */
  async isPresented(certificateId: number): Promise<boolean> {
    return (await this.database.query('select from endpoint_certificate where certificate_id = $1 limit 1', [certificateId])).length > 0;
  }

  /** It is not there any more. */
  async forget(tx: Sql, sourceId: number, certificateId: number): Promise<void> {
    await tx.query('delete from sighting where source_id = $1 and certificate_id = $2', [sourceId, certificateId]);
    await tx.query('delete from stored_name where source_id = $1 and certificate_id = $2', [sourceId, certificateId]);
  }
}
