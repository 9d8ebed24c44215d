import { Injectable } from '@nestjs/common';
import { listServedWhileEnding, type EndingCertificate, type OutputOf, type ServedWhileEnding, type SystemPrincipal, type TaskReport } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { RpcClient } from '@sifaka/messaging';
import { WriteDeliveries } from '../delivery/write-deliveries.js';
import { messageData } from '../template/message-data.js';
import { Audience } from './audience.js';
import { dayMs, isExcluded, isSettledByRenewal } from './due.js';
import { EndingCertificates } from './ending-certificates.js';
import { Groups, type Group } from './grouping.js';
import { Terms } from './terms.js';

const self: SystemPrincipal = { kind: 'system', service: 'notify' };
const pageLength = 500;

/** Tells the security team once a day of what ends soon and is presented all the same, one message for each owner (domain-rules §18, NY-8). */
@Injectable()
export class NotifyDeployed {
  constructor(
    private readonly database: Database,
    private readonly ending: EndingCertificates,
    private readonly audience: Audience,
    private readonly writing: WriteDeliveries,
    private readonly terms: Terms,
    private readonly rpc: RpcClient,
  ) {}

  async run(signal: AbortSignal): Promise<TaskReport> {
    const { config, clock } = this.terms;
    const now = clock.now();
    if (this.audience.security().length === 0 || !this.audience.isUsable(config.defaultNotificationPlugin)) return { certificates: 0, messages: 0 };
    const groups = new Groups<{ id: number }>();
    const served = new Map<number, ServedWhileEnding>();
    for await (const page of this.served(signal)) {
      for (const each of page) served.set(each.certificateId, each);
      const selection = { notAfterTo: new Date(now.getTime() + (config.expiringDeployedThresholdDays + 1) * dayMs - 1).toISOString(), notify: null, kind: 'leaf' as const, ids: page.map(({ certificateId }) => certificateId) };
      for await (const certificates of this.ending.pages(selection, signal)) {
        for (const each of certificates) if (!isExcluded(each.name, config.excludedNames) && !isSettledByRenewal(each, now)) groups.add(each, { id: 0 });
      }
    }
    const drafts = groups.all().map((group) => this.draft(group, served, now));
    const written = await this.database.transaction((tx) => this.writing.run(tx, drafts));
    return { certificates: drafts.reduce((sum, { certificateIds }) => sum + certificateIds.length, 0), messages: written.size };
  }

  /** Those that something presented. */
  private async *served(signal: AbortSignal): AsyncGenerator<ServedWhileEnding[]> {
    let afterId = 0;
    for (;;) {
      signal.throwIfAborted();
      const { items }: OutputOf<typeof listServedWhileEnding> = await this.rpc.call(listServedWhileEnding, { certificateIds: null, afterId, limit: pageLength }, { principal: self });
      const open = items.filter(({ domains }) => domains.some(({ ports }) => ports.length > 0));
      if (open.length > 0) yield open;
      const last = items.at(-1);
      if (last === undefined) return;
      afterId = last.certificateId;
    }
  }

  private draft({ owner, certificates, part }: Group<{ id: number }>, served: ReadonlyMap<number, ServedWhileEnding>, now: Date) {
    const { config } = this.terms;
    const shown = certificates.map((each: EndingCertificate) => {
      const domains = (served.get(each.id)?.domains ?? []).filter(({ ports }) => ports.length > 0);
      return { certificate: this.ending.notified(each), domains: domains.map(({ name, ports }) => ({ name, ports })) };
    });
    const recipients = this.audience.security();
    const data = messageData(now, { publicUrl: config.publicUrl ?? null, owner, contacts: recipients, certificates: shown.map(({ certificate }) => certificate), served: shown });
    const origin = `expiring_deployed_certificate:${now.toISOString().slice(0, 10)}:${owner}:${part}`;
    return { origin, type: 'expiring_deployed_certificate' as const, data, notification: null, plugin: config.defaultNotificationPlugin, recipients, certificateIds: certificates.map(({ id }) => id) };
  }
}
