import { Injectable } from '@nestjs/common';
import type { InputOf, listPendingCertificates, OutputOf, Principal } from '@sifaka/contracts';
import { column, columnOf, Conditions, containing, Database, filterBy, integerOf, listPage, nullable, splitFilter, truth, type Columns } from '@sifaka/database';
import { fittingPage } from '../listing/page.js';
import { PendingReader } from './pending-reader.js';

type Input = InputOf<typeof listPendingCertificates>;

const columns: Columns = {
  id: column.integer('p.id'),
  name: column.text('p.name'),
  owner: column.text('p.owner'),
  description: nullable(column.text('p.description')),
  notify: column.boolean('p.notify'),
  active: column.boolean('p.notify'),
  rotation: column.boolean('p.rotation'),
  cn: nullable(column.text('p.cn')),
  common_name: nullable(column.text('p.cn')),
  external_id: nullable(column.text('p.external_id')),
  status: nullable(column.text('p.status')),
  state: column.text('p.state'),
  settled_by: column.text('p.settled_by'),
  number_attempts: column.integer('p.attempts'),
  last_error: nullable(column.text('p.last_error')),
  next_try_at: nullable(column.timestamp('p.next_try_at')),
  until: column.timestamp('p.until'),
  date_created: column.timestamp('p.date_created'),
  last_updated: column.timestamp('p.updated_at'),
  user_id: nullable(column.integer('p.user_id')),
  authority_id: column.integer('p.authority_id'),
  rotation_policy_id: nullable(column.integer('p.rotation_policy_id')),
  dns_provider_id: nullable(column.integer('p.dns_provider_id')),
  resolved_cert_id: nullable(column.integer('p.resolved_certificate_id')),
};

const source = { from: 'pending_certificate p', id: 'p.id', columns };

/** Pending certificates, those that still wait unless another state is asked for (PC-11). */
@Injectable()
export class ListPending {
  constructor(
    private readonly database: Database,
    private readonly reader: PendingReader,
  ) {}

  async run(input: Input, principal: Principal): Promise<OutputOf<typeof listPendingCertificates>> {
    const page = await listPage(this.database, source, conditionsOf(input, principal), input.window);
    return fittingPage(page, await this.reader.records(page.ids));
  }
}

function conditionsOf(input: Input, principal: Principal): Conditions {
  const conditions = new Conditions();
  conditions.add('p.state = ?', input.state ?? 'waiting');
  if (input.ids !== null) conditions.add('p.id = any(?::int[])', input.ids);
  if (input.owner !== null) conditions.add('p.owner = ?', input.owner.toLowerCase());
  if (input.creatorIds !== null) conditions.add('p.user_id = any(?::int[])', input.creatorIds);
  if (input.active !== null) conditions.add('p.notify = ?', input.active);
  if (input.isOwn && principal.kind === 'user') {
    conditions.add('(p.user_id = ? or p.role_ids && ?::int[])', principal.userId, principal.roles.map(({ id }) => id));
  }
  if (input.filter !== null && input.filter !== '') filter(conditions, input.filter);
  return conditions;
}

function filter(conditions: Conditions, text: string): void {
  const { field, value } = splitFilter(text);
  switch (field) {
    case 'issuer':
      conditions.add('p.authority_id in (select a.id from authority a where a.name ilike ?)', containing(value));
      break;
    case 'destination':
      conditions.add('?::bigint = any(p.destination_ids)', integerOf(value));
      break;
    case 'cn':
      conditions.add('(p.cn ilike ? or exists (select from unnest(p.names) n where n ilike ?))', containing(value), containing(value));
      break;
    case 'name':
      conditions.add('(p.name ilike ? or p.cn ilike ? or exists (select from unnest(p.names) n where n ilike ?))', containing(value), containing(value), containing(value));
      break;
    case 'notify':
    case 'active':
      conditions.add('p.notify = ?', truth(value));
      break;
    default:
      filterBy(conditions, columnOf(columns, field), value);
  }
}
