import { Injectable } from '@nestjs/common';
import { certificateRenewalFailed, certificateRenewalLate, certificateRenewed, type EventDataOf } from '@sifaka/contracts';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';
import { EndingCertificates } from '../expiry/ending-certificates.js';
import { Terms } from '../expiry/terms.js';
import { DestinationLabels } from './destination-labels.js';
import { TellHappening } from './tell-happening.js';

/** Tells of renewals that need somebody (domain-rules RI-12). */
@Injectable()
export class HearRenewals {
  constructor(
    private readonly telling: TellHappening,
    private readonly ending: EndingCertificates,
    private readonly labels: DestinationLabels,
    private readonly terms: Terms,
  ) {}

  /** Nothing rotates what has no endpoints: unless its destinations look after that, somebody has to install it. */
  @OnEvent(certificateRenewed, { durable: 'tell-renewed', isIdempotent: true })
  async renewed({ certificateId, successorId, owner, notify, endpointCount, destinationIds }: EventDataOf<typeof certificateRenewed>): Promise<void> {
    const { reissueNotification, reissueNotificationExcludedDestinations: excluded } = this.terms.config;
    if (!reissueNotification || !notify || endpointCount > 0) return;
    if (excluded.length > 0 && (await this.labels.of(destinationIds)).some((label) => excluded.includes(label))) return;
    const known = await this.ending.read([certificateId, successorId]);
    const [old, successor] = [known.get(certificateId), known.get(successorId)];
    if (old === undefined || successor === undefined) return;
    const facts = { successor: this.ending.notified(successor) };
    await this.telling.run({ type: 'reissued_with_no_endpoints', key: `${certificateId}:${successorId}`, owner, to: 'both', facts, certificates: [old] });
  }

  /** It is tried again, minutes later at first: once a day is enough to be told. */
  @OnEvent(certificateRenewalFailed, { durable: 'tell-renewal-failed', isIdempotent: true })
  async failed({ certificateId, owner, notify, error, attempts, nextTryAt }: EventDataOf<typeof certificateRenewalFailed>, { time }: CloudEvent): Promise<void> {
    if (!this.terms.config.reissueNotification || !notify) return;
    const certificate = (await this.ending.read([certificateId])).get(certificateId);
    if (certificate === undefined) return;
    const facts = { error, attempts, nextTryAt: nextTryAt === null ? null : new Date(nextTryAt) };
    await this.telling.run({ type: 'reissue_failed', key: `${certificateId}:${time.slice(0, 10)}`, owner, to: 'both', facts, certificates: [certificate] });
  }

  /** Whatever is configured, and whether or not its owner wants to hear of it: this is what nobody may overlook. */
  @OnEvent(certificateRenewalLate, { durable: 'tell-renewal-late', isIdempotent: true })
  async late({ certificateId, owner, notify, lastError, attempts, isLastCall }: EventDataOf<typeof certificateRenewalLate>): Promise<void> {
    const certificate = (await this.ending.read([certificateId])).get(certificateId);
    if (certificate === undefined) return;
    const key = `${certificateId}:${isLastCall ? 'last' : 'first'}`;
    await this.telling.run({ type: 'renewal_late', key, owner, to: notify ? 'both' : 'security', facts: { error: lastError, attempts, isLastCall }, certificates: [certificate] });
  }
}
