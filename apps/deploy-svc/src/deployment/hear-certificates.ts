import { Injectable } from '@nestjs/common';
import { certificateImported, certificateIssued, certificateRevoked, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { OnEvent } from '@sifaka/messaging';
import { AskForDeployments } from './ask-for-deployments.js';

type Issued = Pick<EventDataOf<typeof certificateIssued>, 'id' | 'fingerprintSha256' | 'destinationIds'>;

/** Deploys what was asked for together with a certificate, and takes away what was revoked. */
@Injectable()
export class HearCertificates {
  constructor(
    private readonly database: Database,
    private readonly asking: AskForDeployments,
  ) {}

  @OnEvent(certificateIssued, { durable: 'deploy-issued', isIdempotent: true })
  issued(certificate: EventDataOf<typeof certificateIssued>): Promise<void> {
    return this.attach(certificate);
  }

  @OnEvent(certificateImported, { durable: 'deploy-imported', isIdempotent: true })
  imported(certificate: EventDataOf<typeof certificateImported>): Promise<void> {
    return this.attach(certificate);
  }

  /** Domain-rules RV-3; what fails stays, with its error, and is tried again. */
  @OnEvent(certificateRevoked, { durable: 'clean-revoked', isIdempotent: true })
  async revoked({ id: certificateId }: EventDataOf<typeof certificateRevoked>): Promise<void> {
    await this.database.transaction((tx) => this.asking.end(tx, 'revoked', { certificateId, keptAt: [] }, null, 'the certificate was revoked'));
  }

  /** Whoever asked for the certificate may have asked here as well by now, or have changed their mind since: what has a row is left as it is. */
  private async attach({ id: certificateId, fingerprintSha256: fingerprint, destinationIds }: Issued): Promise<void> {
    if (destinationIds.length === 0) return;
    await this.database.transaction((tx) => this.asking.attach(tx, { certificateId, fingerprint, destinationIds, isAgain: false }, null));
  }
}
