import { Injectable } from '@nestjs/common';
import { isAdmin } from '@sifaka/authz';
import type {
  AuthorityRecord,
  InputOf,
  listAuthorities,
  listAuthoritySummaries,
  OutputOf,
  Principal,
  Ref,
  visualizeAuthority,
} from '@sifaka/contracts';
import { Conditions, containing, Database, filterByText, listPage, splitFilter } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { AuthorityReader } from './authority-reader.js';
import { authorityColumns } from './columns.js';
import { fittingPage } from './page.js';

const source = { from: 'authority a', id: 'a.id', columns: authorityColumns };

/** Names below an authority that are shown at most: a picture of more says nothing. */
const maxChildren = 3_000;

/** Summaries in one message; the longest has 2 kB, the bus may carry as little as 1 MiB. */
const maxSummaries = 200;

@Injectable()
export class ListAuthorities {
  constructor(
    private readonly database: Database,
    private readonly reader: AuthorityReader,
  ) {}

  /** All for administrators and services, else those that the caller created or shares a role with. */
  async run(input: InputOf<typeof listAuthorities>, principal: Principal): Promise<OutputOf<typeof listAuthorities>> {
    const conditions = new Conditions();
    if (principal.kind === 'user' && !isAdmin(principal))
      conditions.add('(a.user_id = ? or a.role_ids && ?::int[])', principal.userId, principal.roles.map((role) => role.id));
    if (input.owner !== null) conditions.add('a.owner = ?', input.owner.toLowerCase());
    if (input.ids !== null) conditions.add('a.id = any(?::int[])', input.ids);
    filter(conditions, input.filter);
    const page = await listPage(this.database, source, conditions, input.window);
    return fittingPage(page, await this.reader.records(page.ids));
  }

  async get(ref: Ref): Promise<AuthorityRecord> {
    const [found] = await this.database.query<{ id: number }>(
      ref.id === undefined ? 'select id from authority where name = $1' : 'select id from authority where id = $1',
      [ref.id ?? ref.name],
    );
    const [record] = found === undefined ? [] : await this.reader.records([found.id]);
    if (record === undefined) throw new AppError('not_found', `authority ${ref.id ?? `"${ref.name ?? ''}"`} does not exist`);
    return record;
  }

  async summariesOfRoles({ roleIds, afterId }: InputOf<typeof listAuthoritySummaries>): Promise<OutputOf<typeof listAuthoritySummaries>> {
    const rows = await this.database.query<{ id: number; role_ids: number[] }>(
      'select id, role_ids from authority where role_ids && $1::int[] and id > $2 order by id limit $3',
      [roleIds, afterId, maxSummaries],
    );
    const summaries = await this.reader.summaries(rows.map((row) => row.id));
    return {
      items: rows.flatMap((row) => {
        const summary = summaries.get(row.id);
        return summary === undefined ? [] : [{ ...summary, roleIds: row.role_ids }];
      }),
      next: rows.length < maxSummaries ? null : (rows.at(-1)?.id ?? null),
    };
  }

  async visualize(id: number): Promise<OutputOf<typeof visualizeAuthority>> {
    const { name } = await this.get({ id });
    const children = await this.database.query<{ name: string }>('select name from certificate where authority_id = $1 order by id limit $2', [id, maxChildren]);
    return { name, children };
  }
}

function filter(conditions: Conditions, text: string | null): void {
  if (text?.startsWith('cn;') === true)
    conditions.add('a.certificate_id in (select c.id from certificate c where c.cn ilike ?)', containing(splitFilter(text).value));
  else filterByText(conditions, authorityColumns, text);
}
