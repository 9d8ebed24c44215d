import { Injectable } from '@nestjs/common';
import { deploymentFailed, rotationSucceeded, type EventDataOf } from '@sifaka/contracts';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';
import { EndingCertificates } from '../expiry/ending-certificates.js';
import { Terms } from '../expiry/terms.js';
import { TellHappening } from './tell-happening.js';

/** Tells of certificates that came to be presented, and of those that could not be put where they belong. */
@Injectable()
export class HearDeployments {
  constructor(
    private readonly telling: TellHappening,
    private readonly ending: EndingCertificates,
    private readonly terms: Terms,
  ) {}

  /** Domain-rules RO-3, NY-3. */
  @OnEvent(rotationSucceeded, { durable: 'tell-rotated', isIdempotent: true })
  async rotated({ id, endpointName: name, dnsname, port, oldCertificateId, newCertificateId }: EventDataOf<typeof rotationSucceeded>): Promise<void> {
    if (!this.terms.config.rotationNotification) return;
    const known = await this.ending.read(oldCertificateId === null ? [newCertificateId] : [oldCertificateId, newCertificateId]);
    const successor = known.get(newCertificateId);
    if (successor?.notify !== true) return;
    const old = oldCertificateId === null ? undefined : known.get(oldCertificateId);
    const facts = { successor: this.ending.notified(successor), endpoints: [{ name, dnsname, port }] };
    await this.telling.run({ type: 'rotation', key: String(id), owner: successor.owner, to: 'owner', facts, certificates: old === undefined ? [] : [old] });
  }

  /** Only when nobody tries any more: before that it may pass. */
  @OnEvent(deploymentFailed, { durable: 'tell-deployment-failed', isIdempotent: true })
  async failed({ certificateId, destinationLabel: label, plugin, error, attempts, nextTryAt }: EventDataOf<typeof deploymentFailed>, { id: eventId }: CloudEvent): Promise<void> {
    if (nextTryAt !== null) return;
    const certificate = (await this.ending.read([certificateId])).get(certificateId);
    if (certificate === undefined) return;
    const to = certificate.notify ? 'both' : 'security';
    await this.telling.run({ type: 'deployment_failed', key: eventId, owner: certificate.owner, to, facts: { destination: { label, plugin }, error, attempts }, certificates: [certificate] });
  }
}
