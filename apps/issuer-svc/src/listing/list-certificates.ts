import { Inject, Injectable } from '@nestjs/common';
import type { CertificateListInput, CertificateRecord, listShortCertificates, listValidCertificates, InputOf, OutputOf } from '@sifaka/contracts';
import { Conditions, Database, listPage, type Page } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { certificateConditions, type ListingRules } from './certificate-conditions.js';
import { CertificateReader } from './certificate-reader.js';
import { certificateColumns } from './columns.js';
import { startOfDay } from './days.js';
import { fittingPage } from './page.js';

/** What the configuration says about lists. */
export const LISTING_SETTINGS = Symbol('ListingSettings');
export type ListingSettings = Omit<ListingRules, 'now'>;

const source = { from: 'certificate c', id: 'c.id', columns: certificateColumns };

@Injectable()
export class ListCertificates {
  constructor(
    private readonly database: Database,
    private readonly reader: CertificateReader,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LISTING_SETTINGS) private readonly settings: ListingSettings,
  ) {}

  async run(input: CertificateListInput): Promise<{ items: CertificateRecord[]; total: number; nextCursor: string | null }> {
    const page = await this.page(input);
    return fittingPage(page, await this.reader.records(page.ids));
  }

  async short(input: CertificateListInput): Promise<OutputOf<typeof listShortCertificates>> {
    const page = await this.page(input);
    return fittingPage(page, await this.reader.shortRecords(page.ids));
  }

  /** Not expired by date, not revoked, not replaced; `%` and `_` are wildcards and `%` alone means any. */
  async valid(input: InputOf<typeof listValidCertificates>): Promise<{ items: CertificateRecord[]; total: number; nextCursor: string | null }> {
    const conditions = new Conditions();
    conditions.add('c.not_after >= ?::timestamptz', startOfDay(this.clock.now()));
    conditions.add("(c.status is null or c.status <> 'revoked')");
    conditions.add('not exists (select 1 from certificate_replacement r where r.replaced_id = c.id)');
    if (this.settings.hidesDeleted) conditions.add('not c.deleted');
    if (input.cn !== '%') conditions.add("c.cn ilike ? escape ''", input.cn);
    if (input.san !== null && input.san !== '%')
      conditions.add("c.id in (select d.certificate_id from domain d where d.name ilike ? escape '')", input.san);
    if (input.owner !== null) conditions.add('c.owner = ?', input.owner.toLowerCase());
    const page = await listPage(this.database, source, conditions, { ...input.window, sortBy: 'id', sortDir: 'desc' });
    return fittingPage(page, await this.reader.records(page.ids));
  }

  async get(id: number): Promise<CertificateRecord> {
    const [record] = await this.reader.records([id]);
    if (record === undefined) throw new AppError('not_found', `certificate ${id} does not exist`);
    return record;
  }

  private page(input: CertificateListInput): Promise<Page<unknown>> {
    const conditions = certificateConditions(input, { ...this.settings, now: this.clock.now() });
    return listPage(this.database, source, conditions, input.window);
  }
}
