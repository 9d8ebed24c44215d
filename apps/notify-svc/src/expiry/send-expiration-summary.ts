import { Injectable } from '@nestjs/common';
import type { EndingCertificate, TaskReport } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { WriteDeliveries } from '../delivery/write-deliveries.js';
import { messageData } from '../template/message-data.js';
import { Audience } from './audience.js';
import { dayMs, isExcluded, isSettledByRenewal, wholeDaysLeft } from './due.js';
import { EndingCertificates } from './ending-certificates.js';
import { byDaysLeft } from './grouping.js';
import { Terms } from './terms.js';

/** More than anybody reads: the soonest ones are listed. */
const listedCount = 1_000;

/** Tells the security team once a day what ends soon, also when that is nothing (domain-rules NY-1). */
@Injectable()
export class SendExpirationSummary {
  constructor(
    private readonly database: Database,
    private readonly ending: EndingCertificates,
    private readonly audience: Audience,
    private readonly writing: WriteDeliveries,
    private readonly terms: Terms,
  ) {}

  async run(signal: AbortSignal): Promise<TaskReport> {
    const { config, clock } = this.terms;
    const now = clock.now();
    const recipients = this.audience.security();
    if (recipients.length === 0) return { certificates: 0, messages: 0, reason: 'there is no security team' };
    if (!this.audience.isUsable(config.defaultNotificationPlugin)) return { certificates: 0, messages: 0, reason: `plugin ${config.defaultNotificationPlugin} is switched off` };
    const { listed, total } = await this.soon(now, signal);
    const held = (await this.soon(now, signal, true)).listed.map((each) => this.ending.notified(each));
    const certificates = listed.map((each) => this.ending.notified(each));
    const groups = byDaysLeft(certificates, (each) => wholeDaysLeft(each, now));
    const data = messageData(now, { publicUrl: config.publicUrl ?? null, contacts: recipients, certificates, groups, held, thresholdDays: config.expirationSummaryThresholdDays });
    const draft = { origin: `expiration_summary:${now.toISOString().slice(0, 10)}`, type: 'expiration_summary' as const, data, notification: null, plugin: config.defaultNotificationPlugin, recipients };
    const written = await this.database.transaction((tx) => this.writing.run(tx, [{ ...draft, certificateIds: [...listed, ...held].map(({ id }) => id) }]));
    return { certificates: total, onHold: held.length, messages: written.size };
  }

  /** @param isOnHold those that are on hold: nobody else is told that they end */
  private async soon(now: Date, signal: AbortSignal, isOnHold = false): Promise<{ listed: EndingCertificate[]; total: number }> {
    const { config } = this.terms;
    const notAfterTo = new Date(now.getTime() + (config.expirationSummaryThresholdDays + 1) * dayMs - 1).toISOString();
    const listed: EndingCertificate[] = [];
    let total = 0;
    for await (const page of this.ending.pages({ notAfterTo, notify: true, kind: 'leaf', isOnHold }, signal)) {
      const open = page.filter((each) => !isExcluded(each.name, config.excludedNames) && !isSettledByRenewal(each, now));
      total += open.length;
      listed.push(...open.slice(0, Math.max(0, listedCount - listed.length)));
    }
    return { listed, total };
  }
}
