import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { parseCertificate } from '@sifaka/pki';
import { LOGGER } from '@sifaka/runtime';
import { AcmeConnections, type AcmeConnection } from '../protocol/acme-connection.js';
import type { AcmeServer } from '../protocol/acme-server.js';
import { AcmeServers } from '../protocol/acme-servers.js';
import { AcmeSession, type SessionAccount } from '../protocol/acme-session.js';
import { AccountKeys } from './account-keys.js';
import { AccountRepository, type AccountRow } from './account.repository.js';
import { KeyChange } from './key-change.js';
import { RegisterAccount } from './register-account.js';

/** Connections with the accounts that authorities have opened. */
@Injectable()
export class OpenConnections extends AcmeConnections {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly keys: AccountKeys,
    private readonly servers: AcmeServers,
    private readonly registration: RegisterAccount,
    private readonly keyChange: KeyChange,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  async of(authority: string): Promise<AcmeConnection> {
    const found = await this.accounts.current(authority);
    if (found?.status !== 'valid' || found.accountUrl === null) throw noAccount(authority, found);
    const server = this.servers.at(found);
    const row = found.nextKeyId === null ? found : await this.keyChange.settle(found, server);
    return new AcmeSession({
      server,
      account: { url: found.accountUrl, key: this.keys.jwsKey(row) },
      renew: () => this.renew(row, server),
      certificateKey: (certificateDer, keyId) => this.keys.jwsKey({ keyId, spki: parseCertificate(certificateDer).spki }, 'revocation'),
    });
  }

  /** A CA that lost its accounts is told of this one again, with the same key. */
  private async renew(row: AccountRow, server: AcmeServer): Promise<SessionAccount> {
    const externalAccount = row.eabKid === null || row.eabRef === null ? null : { kid: row.eabKid, hmacKey: Buffer.from(await this.keys.readSecret(row.eabRef), 'base64url') };
    const { url } = await this.registration.run(server, { key: row, email: row.email, externalAccount });
    this.logger.warn({ authority: row.authority, directoryUrl: row.directoryUrl, before: row.accountUrl, after: url }, 'the CA did not know the account any more: it was registered anew with the same key');
    await this.accounts.setAccountUrl(row.id, url);
    return { url, key: this.keys.jwsKey(row) };
  }
}

function noAccount(authority: string, row: AccountRow | undefined): AppError {
  const why = row === undefined ? 'has no ACME account' : `has an ACME account that is ${row.status}`;
  return new AppError('failed_precondition', `authority "${authority}" ${why}: save it again, then the next certificate opens one`, { reason: 'acme.no_account' });
}
