import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { PendingCertificateRecord } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AuthorityReader } from '../listing/authority-reader.js';
import { CertificateReader } from '../listing/certificate-reader.js';
import { pendingRecord, type PendingRow } from './pending.view.js';

const shownColumns = `p.id, p.name, p.owner, p.description, p.notify, p.rotation, r.id as policy_id, r.days as policy_days, r.name as policy_name, r.hours as policy_hours, r.lifetime_fraction as policy_fraction, p.authority_id, p.cn, p.names,
  p.csr, p.key_id, p.dns_provider_id, p.destination_ids, p.notification_ids, p.replaces, p.user_id, p.role_ids, p.external_id, p.settled_by, p.state, p.status, p.attempts, p.last_error,
  p.next_try_at, p.until, p.resolved_certificate_id, p.date_created, p.updated_at`;

const byIdsSql = `select ${shownColumns} from pending_certificate p left join rotation_policy r on r.id = p.rotation_policy_id
  where p.id = any($1::int[]) and p.state not in ('asking', 'cancelled') order by array_position($1::int[], p.id)`;

/** Reads pending certificates whole: three statements for any number of them. */
@Injectable()
export class PendingReader {
  constructor(
    private readonly database: Database,
    private readonly authorities: AuthorityReader,
    private readonly certificates: CertificateReader,
  ) {}

  /** Records in the order of the ids; ids without a row, or with one that is not shown, are left out. */
  async records(ids: readonly number[]): Promise<PendingCertificateRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<PendingRow>({ name: 'pending-records', text: byIdsSql, values: [ids] });
    const [authorities, replaced] = await Promise.all([
      this.authorities.summaries([...new Set(rows.map((row) => row.authority_id))]),
      this.certificates.nested([...new Set(rows.flatMap((row) => row.replaces))]),
    ]);
    return rows.flatMap((row) => {
      const authority = authorities.get(row.authority_id);
      return authority === undefined ? [] : [pendingRecord(row, authority, row.replaces.flatMap((id) => replaced.get(id) ?? []))];
    });
  }

  /** @throws AppError `not_found` */
  async record(id: number): Promise<PendingCertificateRecord> {
    const [record] = await this.records([id]);
    if (record === undefined) throw new AppError('not_found', `there is no pending certificate ${id}`);
    return record;
  }
}
