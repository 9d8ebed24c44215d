import { Injectable } from '@nestjs/common';
import type { InputOf, listDomains, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { columnOf, domainColumns, filterBy, splitFilter } from '../listing/columns.js';
import { Conditions } from '../listing/conditions.js';
import { fittingPage, pageOfIds } from '../listing/page.js';
import { DomainRepository } from './domain.repository.js';

const source = { from: 'domain d', idColumn: 'd.id', columns: domainColumns };

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
    if (input.filter !== null && input.filter !== '') {
      const { field, value } = splitFilter(input.filter);
      filterBy(conditions, columnOf(domainColumns, field), value);
    }
    const page = await pageOfIds(this.database, source, conditions, input.window);
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
