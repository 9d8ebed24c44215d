import { Injectable } from '@nestjs/common';
import { AppError, isAppError } from '@sifaka/kernel';
import { keyTypeOf } from '@sifaka/pki';
import { AcmeAccountClient, isUnknownAccount, type AccountAtCa } from '../protocol/acme-account-client.js';
import type { AcmeServer } from '../protocol/acme-server.js';
import type { JwsKey } from '../protocol/jws.js';
import { AccountKeys, type VaultKey } from './account-keys.js';
import { AccountRepository, type AccountRow } from './account.repository.js';
import type { ExistingAccount } from './existing-account.js';
import { KeyChange } from './key-change.js';
import type { EntryOf, OpenInput } from './opening.js';
import { contactOf } from './register-account.js';

/** Opens an account that was made elsewhere, whose key the options bring. */
@Injectable()
export class OpenExistingAccount {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly keys: AccountKeys,
    private readonly keyChange: KeyChange,
  ) {}

  async run(server: AcmeServer, input: OpenInput, existing: ExistingAccount, entry: EntryOf): Promise<AccountRow> {
    try {
      const known = await this.accounts.live(input.authority, input.directoryUrl);
      // The key may have been changed since: it is the same account.
      const isSame = known?.importedThumbprint === existing.thumbprint && known.accountUrl !== null;
      return isSame ? await this.again(server, input, known, entry) : await this.import(server, input, existing, known, entry);
    } finally {
      existing.pkcs8Der.fill(0);
    }
  }

  private async again(server: AcmeServer, input: OpenInput, known: AccountRow, entry: EntryOf): Promise<AccountRow> {
    const row = known.nextKeyId === null ? known : await this.keyChange.settle(known, server);
    await this.valid(server, this.keys.jwsKey(row), row.accountUrl);
    return this.finish(server, input, row, row.importedThumbprint, row, entry);
  }

  private async import(server: AcmeServer, input: OpenInput, existing: ExistingAccount, known: AccountRow | undefined, entry: EntryOf): Promise<AccountRow> {
    const key = await this.keys.import(existing.pkcs8Der);
    try {
      const { url } = await this.valid(server, this.keys.jwsKey(key), existing.accountUrl);
      const row = known ?? (await this.add(input, key, existing.thumbprint));
      const email = known?.accountUrl === url ? known.email : null;
      const opened = await this.finish(server, input, { ...row, ...key, accountUrl: url, email }, existing.thumbprint, key, entry);
      if (known !== undefined) await this.keys.delete(await this.accounts.unused([known.keyId]));
      return opened;
    } catch (error) {
      await this.keys.delete(await this.accounts.unused([key.keyId])).catch(() => undefined);
      throw error;
    }
  }

  private async add({ authority, directoryUrl, caPem, isVerified }: OpenInput, key: VaultKey, thumbprint: string): Promise<AccountRow> {
    const added = await this.accounts.add({ authority, directoryUrl, caPem, isVerified, ...key, keyType: keyTypeOf(key.spki) ?? 'unknown', importedThumbprint: thumbprint });
    if (added !== undefined) return added;
    throw new AppError('conflict', `another account of authority "${authority}" is being opened`, { reason: 'acme.opening' });
  }

  /** The account as the CA has it. */
  private async valid(server: AcmeServer, key: JwsKey, accountUrl: string | null): Promise<AccountAtCa> {
    const client = new AcmeAccountClient(server);
    const found = accountUrl === null ? await client.find(key) : await this.at(client, server, key, accountUrl);
    if (found === null) throw refused('acme_private_key', `${server.host} has no account with this key`);
    if (found.account.status !== 'valid') throw notValid(server.host, found.url, found.account.status);
    return found;
  }

  private async at(client: AcmeAccountClient, server: AcmeServer, key: JwsKey, accountUrl: string): Promise<AccountAtCa> {
    try {
      return await client.get(key, accountUrl);
    } catch (error) {
      if (!isAppError(error) || error.code === 'rate_limited') throw error;
      if (isUnknownAccount(error) || error.code === 'failed_precondition' || error.code === 'not_found') {
        throw refused('acme_regr', `the account ${accountUrl} does not go with acme_private_key, says ${error.message.startsWith(server.host) ? '' : `${server.host}: `}${error.message}`);
      }
      throw error;
    }
  }

  private async finish(server: AcmeServer, input: OpenInput, row: AccountRow, thumbprint: string | null, key: VaultKey, entry: EntryOf): Promise<AccountRow> {
    // Blank leaves the contact that the account has.
    const isContactNew = input.email !== null && input.email !== row.optionEmail && input.email !== row.email;
    if (isContactNew) await new AcmeAccountClient(server).update(this.keys.jwsKey(key), row.accountUrl ?? '', { contact: contactOf(input.email) });
    const account = {
      caPem: input.caPem,
      isVerified: input.isVerified,
      keyId: key.keyId,
      spki: key.spki,
      keyType: keyTypeOf(key.spki) ?? 'unknown',
      importedThumbprint: thumbprint,
      accountUrl: row.accountUrl,
      email: isContactNew ? input.email : row.email,
      optionEmail: input.email,
      eabKid: row.eabKid,
      eabRef: row.eabRef,
    };
    return this.accounts.open(row.id, account, row.importedThumbprint === thumbprint && !isContactNew ? null : entry('acme_account.opened', row));
  }
}

const notValid = (host: string, url: string, status: string): AppError =>
  new AppError('failed_precondition', `acme_private_key: ${host}: the account ${url} is ${status} at the CA`, { reason: 'acme.account_not_valid' });

const refused = (path: string, message: string): AppError =>
  new AppError('failed_precondition', `${path}: ${message}`, { reason: 'acme.bad_existing_account', fields: [{ path, message }] });
