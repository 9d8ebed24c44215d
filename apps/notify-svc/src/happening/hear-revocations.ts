import { Injectable } from '@nestjs/common';
import { certificateFailed, certificateFoundRevoked, certificateRevoked, type EventDataOf } from '@sifaka/contracts';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';
import { EndingCertificates } from '../expiry/ending-certificates.js';
import { TellHappening } from './tell-happening.js';

/** Tells of certificates that are no longer valid, and of those that never came to be. */
@Injectable()
export class HearRevocations {
  constructor(
    private readonly telling: TellHappening,
    private readonly ending: EndingCertificates,
  ) {}

  /** Domain-rules RV-3, NY-6. One that was released may be revoked again, which is another event. */
  @OnEvent(certificateRevoked, { durable: 'tell-revoked', isIdempotent: true })
  async revoked({ id, owner, notify, crlReason, revokedAt }: EventDataOf<typeof certificateRevoked>, { id: eventId }: CloudEvent): Promise<void> {
    if (!notify) return;
    const certificate = (await this.ending.read([id])).get(id);
    if (certificate === undefined) return;
    const facts = { revocation: { reason: crlReason, revokedAt: new Date(revokedAt), isFound: false } };
    await this.telling.run({ type: 'revocation', key: eventId, owner, to: 'owner', facts, certificates: [certificate] });
  }

  /** Nobody revoked it here: the security team wants to know whatever its owner wants. */
  @OnEvent(certificateFoundRevoked, { durable: 'tell-found-revoked', isIdempotent: true })
  async found({ id, owner, notify, crlReason, revokedAt }: EventDataOf<typeof certificateFoundRevoked>, { id: eventId }: CloudEvent): Promise<void> {
    const certificate = (await this.ending.read([id])).get(id);
    if (certificate === undefined) return;
    const facts = { revocation: { reason: crlReason, revokedAt: revokedAt === null ? null : new Date(revokedAt), isFound: true } };
    await this.telling.run({ type: 'revocation', key: eventId, owner, to: notify ? 'both' : 'security', facts, certificates: [certificate] });
  }

  /** Domain-rules PC-5, NY-7. Each attempt of a renewal is such a request: while it is tried again, that is told of as one. */
  @OnEvent(certificateFailed, { durable: 'tell-failed', isIdempotent: true })
  async failed({ pendingCertificateId: id, name, owner, commonName, names, error, attempts, notify, renewalOf }: EventDataOf<typeof certificateFailed>): Promise<void> {
    if (renewalOf !== null && (await this.ending.read([renewalOf])).get(renewalOf)?.rotation === true) return;
    const facts = { request: { id, name, commonName, names, url: this.ending.page(`pending-certificates/${id}`) }, error, attempts };
    await this.telling.run({ type: 'failed', key: String(id), owner, to: notify ? 'both' : 'security', facts });
  }
}
