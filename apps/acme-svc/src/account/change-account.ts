import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { AcmeAccountRecord, AuditEntry } from '@sifaka/contracts';
import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { auditEntry, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { AcmeAccountClient, isUnknownAccount } from '../protocol/acme-account-client.js';
import { AcmeServers } from '../protocol/acme-servers.js';
import { AccountKeys } from './account-keys.js';
import { AccountRepository, type AccountRow } from './account.repository.js';
import { accountView } from './account.view.js';
import { KeyChange } from './key-change.js';
import { contactOf, explained } from './register-account.js';

/** What an administrator does to accounts: contact, key, end. */
@Injectable()
export class ChangeAccount {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly keys: AccountKeys,
    private readonly servers: AcmeServers,
    private readonly keyChange: KeyChange,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** RFC 8555 section 7.3.2. */
  async update({ id, email }: { id: number; email: string | null }, call: CallContext): Promise<AcmeAccountRecord> {
    const row = await this.open(id, call, 'change ACME accounts');
    const server = this.servers.at(row);
    await this.noting(row, async () => {
      try {
        await new AcmeAccountClient(server).update(this.keys.jwsKey(row), row.accountUrl ?? '', { contact: contactOf(email) });
      } catch (error) {
        throw explained(error, { host: server.host, email, kid: null });
      }
    });
    return accountView(await this.accounts.setContact(id, email, this.entry(call, 'acme_account.updated', row, { before: row.email, after: email })));
  }

  /** RFC 8555 section 7.3.5. */
  async rollOver({ id }: { id: number }, call: CallContext): Promise<AcmeAccountRecord> {
    const row = await this.open(id, call, 'change the keys of ACME accounts');
    const busy = await this.accounts.ordersInValidation(row);
    if (busy > 0) {
      // The CA would compare what they published with the thumbprint of the new key.
      throw new AppError('conflict', `${busy} orders of the account are being validated with its key: try again when they are done`, { reason: 'acme.orders_in_validation' });
    }
    const changed = await this.noting(row, () => this.keyChange.run(row, this.servers.at(row), this.entry(call, 'acme_account.key_changed', row)));
    return accountView(changed);
  }

  /** RFC 8555 section 7.3.6. */
  async deactivate({ id }: { id: number }, call: CallContext): Promise<AcmeAccountRecord> {
    allow(call.principal, 'administer', { what: 'deactivate ACME accounts' });
    const row = await this.accounts.get(id);
    if (row.status === 'deactivated' || row.status === 'revoked') return accountView(row);
    if (row.accountUrl !== null) await this.noting(row, () => this.endAtCa(row, row.accountUrl ?? ''));
    return accountView(await this.accounts.setStatus(id, 'deactivated', this.entry(call, 'acme_account.deactivated', row)));
  }

  private async endAtCa(row: AccountRow, accountUrl: string): Promise<void> {
    const server = this.servers.at(row);
    const settled = row.nextKeyId === null ? row : await this.keyChange.settle(row, server);
    try {
      await new AcmeAccountClient(server).update(this.keys.jwsKey(settled), accountUrl, { status: 'deactivated' });
    } catch (error) {
      const isOver = isUnknownAccount(error) || (isAppError(error) && error.reason === 'acme.unauthorized' && /deactivat|revoked/i.test(error.message));
      if (!isOver) throw error;
    }
  }

  private async open(id: number, call: CallContext, what: string): Promise<AccountRow> {
    allow(call.principal, 'administer', { what });
    const row = await this.accounts.get(id);
    if (row.status === 'valid' && row.accountUrl !== null) return row;
    throw new AppError('failed_precondition', `the ACME account ${id} of authority "${row.authority}" is not open: its status is ${row.status}`, { reason: 'acme.account_not_valid' });
  }

  private async noting<T>(row: AccountRow, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.accounts.setError(row.id, isAppError(error) ? error.message : 'internal error');
      throw error;
    }
  }

  private entry(call: CallContext, action: string, { id, authority, directoryUrl }: AccountRow, details: AuditEntry['details'] = {}): AuditEntry {
    return auditEntry(call, { at: this.clock.now(), service: 'acme', action, object: { type: 'acme_account', id, name: authority }, details: { directoryUrl, ...details } });
  }
}
