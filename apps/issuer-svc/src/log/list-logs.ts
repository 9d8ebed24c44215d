import { Injectable } from '@nestjs/common';
import type { InputOf, listLogs, OutputOf } from '@sifaka/contracts';
import { Conditions, containing, Database, listPage } from '@sifaka/database';
import { timestamp } from '@sifaka/kernel';
import { CertificateReader } from '../listing/certificate-reader.js';
import { logColumns } from '../listing/columns.js';
import { fittingPage } from '../listing/page.js';

interface LogRow {
  id: number;
  log_type: OutputOf<typeof listLogs>['items'][number]['logType'];
  logged_at: Date;
  user_id: number | null;
  certificate_id: number | null;
}

const source = { from: 'certificate_log l', id: 'l.id', columns: logColumns };

const byIdsSql = `select id, log_type, logged_at, user_id, certificate_id from certificate_log
  where id = any($1::int[]) order by array_position($1::int[], id)`;

@Injectable()
export class ListLogs {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificateReader,
  ) {}

  async run(input: InputOf<typeof listLogs>): Promise<OutputOf<typeof listLogs>> {
    const conditions = new Conditions();
    if (input.ids !== null) conditions.add('l.id = any(?::int[])', input.ids);
    if (input.logType !== null) conditions.add('l.log_type = ?', input.logType);
    if (input.userIds !== null) conditions.add('l.user_id = any(?::int[])', input.userIds);
    if (input.certificateName !== null)
      conditions.add('l.certificate_id in (select c.id from certificate c where c.name ilike ?)', containing(input.certificateName));
    const page = await listPage(this.database, source, conditions, input.window);
    const rows = await this.database.query<LogRow>(byIdsSql, [page.ids]);
    const nested = await this.certificates.nested([...new Set(rows.flatMap((row) => (row.certificate_id === null ? [] : [row.certificate_id])))]);
    return fittingPage(
      page,
      rows.map((row) => ({
        id: row.id,
        logType: row.log_type,
        loggedAt: timestamp(row.logged_at),
        userId: row.user_id,
        certificate: row.certificate_id === null ? null : (nested.get(row.certificate_id) ?? null),
      })),
    );
  }
}
