import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CrlReason, openAcmeAccount, revokeAcmeCertificate } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { RpcClient } from '@sifaka/messaging';
import type { AcmeAccount, AcmeAccountSettings, AcmeClient } from '@sifaka/plugin-sdk';

/** The ACME service as issuer plugins see it. */
@Injectable()
export class AcmeByRpc implements AcmeClient {
  constructor(
    private readonly rpc: RpcClient,
    private readonly database: Database,
  ) {}

  openAccount(settings: AcmeAccountSettings): Promise<AcmeAccount> {
    return this.rpc.call(openAcmeAccount, settings);
  }

  async revoke({ authority, certificateDer, reason }: Parameters<AcmeClient['revoke']>[0]): Promise<void> {
    const keyId = await this.keyOf(certificateDer);
    // What RFC 5280 does not know is no reason to leave a certificate valid.
    const crlReason = CrlReason.catch('unspecified').parse(reason);
    await this.rpc.call(revokeAcmeCertificate, { authority, certificateDer: Buffer.from(certificateDer).toString('base64'), keyId, crlReason });
  }

  /** A plugin knows certificates, and not which of them have their key here. */
  private async keyOf(certificateDer: Uint8Array): Promise<string | null> {
    const fingerprint = createHash('sha256').update(certificateDer).digest();
    const [row] = await this.database.query<{ key_id: string }>({ name: 'key-of-certificate', text: keySql, values: [fingerprint] });
    return row?.key_id ?? null;
  }
}

const keySql = 'select key_id from certificate where fingerprint_sha256 = $1 and key_id is not null limit 1';
