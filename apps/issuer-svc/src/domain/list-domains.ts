import { Injectable } from '@nestjs/common';
import type { InputOf, listDomains, OutputOf } from '@sifaka/contracts';
import { Conditions, Database, filterByText, listPage } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { domainColumns } from '../listing/columns.js';
import { fittingPage } from '../listing/page.js';
import { DomainRepository } from './domain.repository.js';

const source = { from: 'domain d', id: 'd.id', columns: domainColumns };

@Injectable()
export class ListDomains {
  constructor(
    private readonly database: Database,
    private readonly domains: DomainRepository,
  ) {}

  async run(input: InputOf<typeof listDomains>): Promise<OutputOf<typeof listDomains>> {
    if (input.certificateId !== null) await this.assertCertificate(input.certificateId);
    const conditions = new Conditions();
    if (input.certificateId !== null) conditions.add('d.certificate_id = ?', input.certificateId);
    if (input.ids !== null) conditions.add('d.id = any(?::int[])', input.ids);
    filterByText(conditions, domainColumns, input.filter);
    const page = await listPage(this.database, source, conditions, input.window);
    return fittingPage(page, await this.domains.byIds(page.ids));
  }

  async get(id: number): Promise<OutputOf<typeof listDomains>['items'][number]> {
    const [domain] = await this.domains.byIds([id]);
    if (domain === undefined) throw new AppError('not_found', `domain ${id} does not exist`);
    return domain;
  }

  private async assertCertificate(id: number): Promise<void> {
    const rows = await this.database.query('select 1 from certificate where id = $1', [id]);
    if (rows.length === 0) throw new AppError('not_found', `certificate ${id} does not exist`);
  }
}
