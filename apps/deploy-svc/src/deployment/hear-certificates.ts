import { Injectable } from '@nestjs/common';
import { certificateDestinationsRequested, certificateRevoked, certificateUpdated, type EventDataOf, type UserPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { OnEvent } from '@sifaka/messaging';
import { AskForDeployments } from './ask-for-deployments.js';
import { CheckAttachments } from './check-attachments.js';
import type { Displacing } from './deployment-requests.repository.js';
import { PlacedCertificates } from './placed-certificates.js';

type Requested = EventDataOf<typeof certificateDestinationsRequested>;

/** Deploys what was asked for together with a certificate, and takes away what was revoked. */
@Injectable()
export class HearCertificates {
  constructor(
    private readonly database: Database,
    private readonly asking: AskForDeployments,
    private readonly checks: CheckAttachments,
    private readonly placed: PlacedCertificates,
  ) {}

  /**
   * Whoever asked for the certificate may have asked here as well by now, or have changed their mind since: what has a row is left as it is, but
   * for whose place it may take. So it does not matter which of the two comes first.
   */
  @OnEvent(certificateDestinationsRequested, { durable: 'attach-requested', isIdempotent: true })
  async requested(asked: Requested): Promise<void> {
    const { id: certificateId, fingerprintSha256: fingerprint, destinationIds } = asked;
    const displacing = await this.displacing(asked);
    await this.database.transaction((tx) => this.asking.attach(tx, { certificateId, fingerprint, destinationIds, displacing, isAgain: false }, null));
  }

  /** What waits for a place that it replaces by now need not wait any more. */
  @OnEvent(certificateUpdated, { durable: 'free-replaced', isIdempotent: true })
  async updated({ id, replaces }: EventDataOf<typeof certificateUpdated>): Promise<void> {
    if (replaces.length > 0) await this.database.transaction((tx) => this.asking.wakeReplacing(tx, id, replaces));
  }

  /** Domain-rules RV-3; what fails stays, with its error, and is tried again. A hold may be released: what serves the certificate keeps it. */
  @OnEvent(certificateRevoked, { durable: 'clean-revoked', isIdempotent: true })
  async revoked({ id: certificateId, crlReason }: EventDataOf<typeof certificateRevoked>): Promise<void> {
    if (crlReason === 'certificateHold') return;
    await this.database.transaction((tx) => this.asking.end(tx, 'revoked', { certificateId, keptAt: [] }, null, 'the certificate was revoked'));
  }

  private async displacing({ id, destinationIds, requestedBy }: Requested): Promise<Displacing[]> {
    if (requestedBy === null) return [];
    const [certificate] = await this.placed.read([id]);
    return certificate === undefined ? [] : this.checks.displacing(certificate, destinationIds, principalOf(requestedBy));
  }
}

/** For the question of rights alone. */
const principalOf = ({ userId, roles }: NonNullable<Requested['requestedBy']>): UserPrincipal => ({ kind: 'user', userId, username: '', email: '', roles, apiKeyId: null, sourceIp: null, userAgent: null });
