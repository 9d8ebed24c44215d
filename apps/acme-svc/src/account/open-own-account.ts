import { Inject, Injectable } from '@nestjs/common';
import { isAppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { keyTypeOf } from '@sifaka/pki';
import { LOGGER } from '@sifaka/runtime';
import { AcmeAccountClient, isUnknownAccount, type AccountAtCa } from '../protocol/acme-account-client.js';
import type { AcmeServer } from '../protocol/acme-server.js';
import { AccountKeys } from './account-keys.js';
import { AccountRepository, type AccountRow, type OpenedAccount } from './account.repository.js';
import type { ExternalAccount } from './external-account.js';
import { KeyChange } from './key-change.js';
import type { EntryOf, OpenInput } from './opening.js';
import { contactOf, explained, RegisterAccount } from './register-account.js';

/** Opens an account whose key is made here. */
@Injectable()
export class OpenOwnAccount {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly keys: AccountKeys,
    private readonly registration: RegisterAccount,
    private readonly keyChange: KeyChange,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(server: AcmeServer, input: OpenInput, externalAccount: ExternalAccount | null, entry: EntryOf): Promise<AccountRow> {
    const known = await this.accounts.live(input.authority, input.directoryUrl);
    if (known === undefined || known.accountUrl === null) return this.register(server, input, externalAccount, known ?? (await this.begin(input)), entry);

    const row = known.nextKeyId === null ? known : await this.keyChange.settle(known, server);
    const found = await this.find(server, row);
    if (found === null) {
      this.logger.warn({ authority: row.authority, directoryUrl: row.directoryUrl, accountUrl: row.accountUrl }, 'the CA does not know the account any more: it is registered anew with the same key');
      return this.register(server, input, externalAccount, row, entry);
    }
    if (found.account.status !== 'valid') {
      // Ended by the CA, or by somebody with its key: such an account never comes back, its key makes no other.
      const ended = await this.accounts.setStatus(row.id, found.account.status, entry('acme_account.found_ended', row));
      this.logger.warn({ authority: ended.authority, accountUrl: ended.accountUrl, status: ended.status }, 'the CA ended the account: a new one is made');
      return this.register(server, input, externalAccount, await this.begin(input), entry);
    }
    return this.renewed(server, input, row, entry);
  }

  /** The key is on record before the CA hears of it: whatever happens next, asking again finds the same account. */
  private async begin({ authority, directoryUrl, caPem, isVerified }: OpenInput): Promise<AccountRow> {
    const key = await this.keys.generate();
    const keyType = keyTypeOf(key.spki) ?? 'unknown';
    const added = await this.accounts.add({ authority, directoryUrl, caPem, isVerified, ...key, keyType, importedThumbprint: null });
    if (added !== undefined) return added;
    await this.keys.delete([key.keyId]);
    const row = await this.accounts.live(authority, directoryUrl);
    if (row === undefined) throw new Error('an account that was there is gone');
    return row;
  }

  private async register(server: AcmeServer, input: OpenInput, externalAccount: ExternalAccount | null, row: AccountRow, entry: EntryOf): Promise<AccountRow> {
    const { url } = await this.registration.run(server, { key: row, email: input.email, externalAccount });
    const eabRef = externalAccount === null ? null : await this.keys.keepSecret(externalAccount.hmacKey.toString('base64url'), `ACME account of ${input.authority}: eab_hmac_key`);
    const opened = await this.accounts.open(row.id, { ...opening(input, row), accountUrl: url, email: input.email, eabKid: externalAccount?.kid ?? null, eabRef }, entry('acme_account.opened', row));
    await this.keys.forgetSecret(row.eabRef);
    return opened;
  }

  private async renewed(server: AcmeServer, input: OpenInput, row: AccountRow, entry: EntryOf): Promise<AccountRow> {
    const isContactNew = input.email !== row.optionEmail && input.email !== row.email;
    if (isContactNew) await this.update(server, row, input.email);
    const email = isContactNew ? input.email : row.email;
    return this.accounts.open(row.id, { ...opening(input, row), email }, isContactNew ? entry('acme_account.updated', row) : null);
  }

  private async update(server: AcmeServer, row: AccountRow, email: string | null): Promise<void> {
    try {
      await new AcmeAccountClient(server).update(this.keys.jwsKey(row), row.accountUrl ?? '', { contact: contactOf(email) });
    } catch (error) {
      throw explained(error, { host: server.host, email, kid: null });
    }
  }

  private async find(server: AcmeServer, { accountUrl, ...key }: AccountRow): Promise<AccountAtCa | null> {
    try {
      return await new AcmeAccountClient(server).get(this.keys.jwsKey(key), accountUrl ?? '');
    } catch (error) {
      if (isUnknownAccount(error) || (isAppError(error) && error.code === 'not_found')) return null;
      if (isAppError(error) && error.reason === 'acme.unauthorized') return this.ended(server, error, { accountUrl, ...key });
      throw error;
    }
  }

  /** Most CAs refuse an account that was deactivated outright, and say so in words alone. */
  private async ended(server: AcmeServer, refusal: unknown, { accountUrl, ...key }: Pick<AccountRow, 'accountUrl' | 'keyId' | 'spki'>): Promise<AccountAtCa> {
    const found = await new AcmeAccountClient(server).find(this.keys.jwsKey(key)).catch(() => null);
    if (found?.account.status === 'valid') return found;
    if (found !== null) return found;
    if (isAppError(refusal) && /deactivat|revoked/i.test(refusal.message)) return { url: accountUrl ?? '', account: { status: /revoked/i.test(refusal.message) ? 'revoked' : 'deactivated', contact: [] } };
    throw refusal;
  }
}

/** What an opening always writes: the trust as the options have it now. */
const opening = ({ caPem, isVerified, email }: OpenInput, row: AccountRow): OpenedAccount => ({
  keyId: row.keyId,
  spki: row.spki,
  keyType: row.keyType,
  importedThumbprint: row.importedThumbprint,
  accountUrl: row.accountUrl,
  email: row.email,
  eabKid: row.eabKid,
  eabRef: row.eabRef,
  caPem,
  isVerified,
  optionEmail: email,
});
