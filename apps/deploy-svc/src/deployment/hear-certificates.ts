import { Injectable } from '@nestjs/common';
import { certificateDestinationsRequested, certificateRevoked, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { OnEvent } from '@sifaka/messaging';
import { AskForDeployments } from './ask-for-deployments.js';

/** Deploys what was asked for together with a certificate, and takes away what was revoked. */
@Injectable()
export class HearCertificates {
  constructor(
    private readonly database: Database,
    private readonly asking: AskForDeployments,
  ) {}

  /** Whoever asked for the certificate may have asked here as well by now, or have changed their mind since: what has a row is left as it is. */
  @OnEvent(certificateDestinationsRequested, { durable: 'attach-requested', isIdempotent: true })
  async requested({ id: certificateId, fingerprintSha256: fingerprint, destinationIds }: EventDataOf<typeof certificateDestinationsRequested>): Promise<void> {
    await this.database.transaction((tx) => this.asking.attach(tx, { certificateId, fingerprint, destinationIds, isAgain: false }, null));
  }

  /** Domain-rules RV-3; what fails stays, with its error, and is tried again. */
  @OnEvent(certificateRevoked, { durable: 'clean-revoked', isIdempotent: true })
  async revoked({ id: certificateId }: EventDataOf<typeof certificateRevoked>): Promise<void> {
    await this.database.transaction((tx) => this.asking.end(tx, 'revoked', { certificateId, keptAt: [] }, null, 'the certificate was revoked'));
  }
}
