import { Injectable } from '@nestjs/common';
import type { InputOf, OutputOf, revokeAcmeCertificate } from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { parseCertificate } from '@sifaka/pki';
import { AccountKeys } from '../account/account-keys.js';
import { AccountRepository } from '../account/account.repository.js';
import { AcmeConnections } from '../protocol/acme-connection.js';
import { AcmeServers } from '../protocol/acme-servers.js';
import { revokeCertificate } from '../protocol/revoke-certificate.js';
import { crlReasonCodes } from './crl-reasons.js';

type Input = InputOf<typeof revokeAcmeCertificate>;

/** Revokes a certificate at its CA: by the account that had it issued, else by the certificate's own key (RFC 8555 section 7.6). */
@Injectable()
export class RevokeAcmeCertificate {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly accounts: AccountRepository,
    private readonly servers: AcmeServers,
    private readonly keys: AccountKeys,
  ) {}

  async run({ authority, certificateDer, keyId, crlReason }: Input): Promise<OutputOf<typeof revokeAcmeCertificate>> {
    const certificate = Buffer.from(certificateDer, 'base64');
    const reason = crlReasonCodes[crlReason];
    try {
      const connection = await this.connections.of(authority);
      await connection.revoke({ certificateDer: certificate, reason });
    } catch (error) {
      if (keyId === null || !isAppError(error) || !needsAnotherSigner(error)) throw error;
      await this.byOwnKey(authority, certificate, keyId, reason, error);
    }
    return {};
  }

  private async byOwnKey(authority: string, certificate: Buffer, keyId: string, reason: number, refusal: AppError): Promise<void> {
    const row = await this.accounts.current(authority);
    if (row === undefined) throw refusal;
    const key = this.keys.jwsKey({ keyId, spki: parseCertificate(certificate).spki }, 'revocation');
    try {
      await revokeCertificate(this.servers.at(row), { key, accountUrl: null }, certificate, reason);
    } catch (error) {
      if (!isAppError(error)) throw error;
      const { code, message, reason: cause } = error;
      throw new AppError(code, `neither the account (${refusal.message}) nor the certificate's own key may revoke it: ${message}`, { ...(cause !== undefined && { reason: cause }) });
    }
  }
}

/** The account was refused as such, or there is none; of a reason that the CA does not take, another signature changes nothing. */
const needsAnotherSigner = ({ reason }: AppError): boolean =>
  reason === 'acme.unauthorized' || reason === 'acme.no_account' || reason === 'acme.accountDoesNotExist';
