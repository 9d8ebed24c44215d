import { Injectable } from '@nestjs/common';
import type { AuditEntry, Window } from '@sifaka/contracts';
import { column, Conditions, Database, listPage, nullable, type Columns, type Page, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Outbox } from '@sifaka/messaging';
import { Coalescer } from '@sifaka/runtime';

export interface AccountRow {
  id: number;
  authority: string;
  directoryUrl: string;
  caPem: string | null;
  isVerified: boolean;
  keyId: string;
  spki: Buffer;
  keyType: string;
  importedThumbprint: string | null;
  nextKeyId: string | null;
  nextSpki: Buffer | null;
  accountUrl: string | null;
  email: string | null;
  optionEmail: string | null;
  eabKid: string | null;
  eabRef: string | null;
  status: 'opening' | 'valid' | 'deactivated' | 'revoked';
  lastError: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export type NewAccountRow = Pick<AccountRow, 'authority' | 'directoryUrl' | 'caPem' | 'isVerified' | 'keyId' | 'spki' | 'keyType' | 'importedThumbprint'>;

/** What is known once the CA has answered. */
export type OpenedAccount = Pick<
  AccountRow,
  'caPem' | 'isVerified' | 'keyId' | 'spki' | 'keyType' | 'importedThumbprint' | 'accountUrl' | 'email' | 'optionEmail' | 'eabKid' | 'eabRef'
>;

const selected = `id, authority, directory_url as "directoryUrl", ca_pem as "caPem", is_verified as "isVerified", key_id as "keyId", spki,
  key_type as "keyType", imported_thumbprint as "importedThumbprint", next_key_id as "nextKeyId", next_spki as "nextSpki",
  account_url as "accountUrl", email, option_email as "optionEmail", eab_kid as "eabKid", eab_ref as "eabRef", status,
  last_error as "lastError", created_at as "createdAt", updated_at as "updatedAt"`;

const columns: Columns = {
  id: column.integer('id'),
  authority: column.text('authority'),
  directory_url: column.text('directory_url'),
  email: nullable(column.text('email')),
  status: column.text('status'),
  created_at: column.timestamp('created_at'),
  updated_at: column.timestamp('updated_at'),
};

/** SQL of ACME accounts. */
@Injectable()
export class AccountRepository {
  /** Every step of every order begins with the account: who asks while a statement is on its way shares the next one. */
  private readonly sought: Coalescer<string, AccountRow | null>;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {
    this.sought = new Coalescer((authorities) => this.currentOf(authorities), { maxItems: 100, maxRuns: 1 });
  }

  async get(id: number): Promise<AccountRow> {
    const [row] = await this.database.query<AccountRow>(`select ${selected} from acme_account where id = $1`, [id]);
    if (row === undefined) throw new AppError('not_found', `there is no ACME account ${id}`, { reason: 'acme.account_not_found' });
    return row;
  }

  /** The account that is open, or being opened, for an authority at a directory. */
  async live(authority: string, directoryUrl: string): Promise<AccountRow | undefined> {
    const text = `select ${selected} from acme_account where authority = $1 and directory_url = $2 and status in ('opening', 'valid')`;
    const [row] = await this.database.query<AccountRow>(text, [authority, directoryUrl]);
    return row;
  }

  /** The one that an authority opened last, whatever became of it. */
  async current(authority: string): Promise<AccountRow | undefined> {
    return (await this.sought.add(authority)) ?? undefined;
  }

  private async currentOf(authorities: readonly string[]): Promise<(AccountRow | null)[]> {
    const text = `select distinct on (authority) ${selected} from acme_account where authority = any($1::text[]) and opened_at is not null order by authority, opened_at desc, id desc`;
    const rows = await this.database.query<AccountRow>({ name: 'current-account', text, values: [[...new Set(authorities)]] });
    const found = new Map(rows.map((row) => [row.authority, row]));
    return authorities.map((authority) => found.get(authority) ?? null);
  }

  async page(window: Window, authority: string | null): Promise<Page<AccountRow>> {
    const conditions = new Conditions();
    if (authority !== null) conditions.add('authority = ?', authority);
    return listPage<AccountRow>(this.database, { from: 'acme_account', id: 'id', select: selected, columns }, conditions, window);
  }

  /** Nothing when somebody else has begun to open the same account. */
  async add(row: NewAccountRow): Promise<AccountRow | undefined> {
    const text = `
      insert into acme_account (authority, directory_url, ca_pem, is_verified, key_id, spki, key_type, imported_thumbprint)
      values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning ${selected}`;
    const [added] = await this.database.query<AccountRow>(text, [
      row.authority,
      row.directoryUrl,
      row.caPem,
      row.isVerified,
      row.keyId,
      row.spki,
      row.keyType,
      row.importedThumbprint,
    ]);
    return added;
  }

  /** The CA has the account. */
  async open(id: number, account: OpenedAccount, entry: AuditEntry | null): Promise<AccountRow> {
    const text = `
      update acme_account set ca_pem = $2, is_verified = $3, key_id = $4, spki = $5, key_type = $6, imported_thumbprint = $7, account_url = $8,
        email = $9, option_email = $10, eab_kid = $11, eab_ref = $12, status = 'valid', last_error = null,
        updated_at = clock_timestamp(), opened_at = clock_timestamp()
      where id = $1 returning ${selected}`;
    return this.change(id, text, entry, [
      account.caPem,
      account.isVerified,
      account.keyId,
      account.spki,
      account.keyType,
      account.importedThumbprint,
      account.accountUrl,
      account.email,
      account.optionEmail,
      account.eabKid,
      account.eabRef,
    ]);
  }

  setContact(id: number, email: string | null, entry: AuditEntry): Promise<AccountRow> {
    const text = `update acme_account set email = $2, last_error = null, updated_at = clock_timestamp() where id = $1 returning ${selected}`;
    return this.change(id, text, entry, [email]);
  }

  setStatus(id: number, status: AccountRow['status'], entry: AuditEntry | null): Promise<AccountRow> {
    const text = `update acme_account set status = $2, last_error = null, updated_at = clock_timestamp() where id = $1 returning ${selected}`;
    return this.change(id, text, entry, [status]);
  }

  async setAccountUrl(id: number, accountUrl: string): Promise<AccountRow> {
    const text = `update acme_account set account_url = $2, last_error = null, updated_at = clock_timestamp() where id = $1 returning ${selected}`;
    return this.change(id, text, null, [accountUrl]);
  }

  async setError(id: number, error: string): Promise<void> {
    await this.database.query('update acme_account set last_error = $2, updated_at = clock_timestamp() where id = $1', [id, error.slice(0, 4_000)]);
  }

  /** Nothing when another change of the key is under way. */
  async proposeKey(id: number, keyId: string, spki: Buffer): Promise<AccountRow | undefined> {
    const text = `update acme_account set next_key_id = $2, next_spki = $3, updated_at = clock_timestamp() where id = $1 and next_key_id is null returning ${selected}`;
    const [row] = await this.database.query<AccountRow>(text, [id, keyId, spki]);
    return row;
  }

  async withdrawKey(id: number, keyId: string): Promise<void> {
    await this.database.query('update acme_account set next_key_id = null, next_spki = null, updated_at = clock_timestamp() where id = $1 and next_key_id = $2', [id, keyId]);
  }

  /** The CA knows the next key: it is the key of every row of that account from now on. */
  async adoptKey({ directoryUrl, accountUrl }: AccountRow, next: { keyId: string; spki: Buffer; keyType: string }, entry: AuditEntry | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const text = `
        update acme_account set key_id = $3, spki = $4, key_type = $5, next_key_id = null, next_spki = null, last_error = null, updated_at = clock_timestamp()
        where directory_url = $1 and account_url = $2`;
      await tx.query(text, [directoryUrl, accountUrl, next.keyId, next.spki, next.keyType]);
      if (entry !== null) await this.outbox.record(tx, [entry]);
    });
  }

  /** Those of the keys that no account has, as its own or as its next. */
  async unused(keyIds: readonly string[]): Promise<string[]> {
    const text = `
      select key_id::text as id from unnest($1::uuid[]) as given (key_id)
      where not exists (select 1 from acme_account a where a.key_id = given.key_id or a.next_key_id = given.key_id)`;
    return (await this.database.query<{ id: string }>(text, [keyIds])).map(({ id }) => id);
  }

  /** Orders of the account whose challenges are answered with its key now. */
  async ordersInValidation({ directoryUrl, accountUrl }: AccountRow): Promise<number> {
    const text = `
      select count(*)::int as count from acme_order
      where state in ('ordered', 'authorizing') and authority in (select authority from acme_account where directory_url = $1 and account_url = $2)`;
    const [row] = await this.database.query<{ count: number }>(text, [directoryUrl, accountUrl]);
    return row?.count ?? 0;
  }

  private change(id: number, text: string, entry: AuditEntry | null, values: unknown[]): Promise<AccountRow> {
    return this.database.transaction(async (tx: Sql) => {
      const [row] = await tx.query<AccountRow>(text, [id, ...values]);
      if (row === undefined) throw new AppError('not_found', `there is no ACME account ${id}`, { reason: 'acme.account_not_found' });
      if (entry !== null) await this.outbox.record(tx, [entry]);
      return row;
    });
  }
}
