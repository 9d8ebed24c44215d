import { Inject, Injectable } from '@nestjs/common';
import { allow, type AccessRules } from '@sifaka/authz';
import type { createDomain, InputOf, OutputOf, Principal, updateDomain } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { auditEntry, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import type { DomainRow } from '../certificate/certificate.view.js';
import { DomainRepository } from './domain.repository.js';

/** Adds a name by hand, or changes one, for example to mark it sensitive. */
@Injectable()
export class SaveDomain {
  constructor(
    private readonly database: Database,
    private readonly domains: DomainRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  create(input: InputOf<typeof createDomain>, principal: Principal): Promise<OutputOf<typeof createDomain>> {
    allow(principal, 'domain:create', null, this.rules);
    return this.database.transaction(async (tx) => {
      const domain = await this.domains.add(tx, input);
      if (domain === undefined) throw new AppError('internal', 'the insert returned no row');
      await this.record(tx, principal, 'domain.created', domain);
      return domain;
    });
  }

  update(input: InputOf<typeof updateDomain>, principal: Principal): Promise<OutputOf<typeof updateDomain>> {
    allow(principal, 'domain:create', null, this.rules);
    allow(principal, 'domain:update', null, this.rules);
    return this.database.transaction(async (tx) => {
      const domain = await this.domains.update(tx, input);
      if (domain === undefined) throw new AppError('not_found', `domain ${input.id} does not exist`);
      await this.record(tx, principal, 'domain.updated', domain);
      return domain;
    });
  }

  private record(tx: Sql, principal: Principal, action: string, domain: DomainRow): Promise<void> {
    const object = { type: 'domain', id: domain.id, name: domain.name };
    return this.outbox.record(tx, [auditEntry(principal, { at: this.clock.now(), service: 'issuer', action, object, details: { sensitive: domain.sensitive } })]);
  }
}
