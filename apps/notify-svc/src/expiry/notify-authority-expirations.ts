import { Injectable } from '@nestjs/common';
import type { EndingCertificate, TaskReport } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { newId } from '@sifaka/kernel';
import { WriteDeliveries } from '../delivery/write-deliveries.js';
import { messageData } from '../template/message-data.js';
import { Audience } from './audience.js';
import { dayMs, dueNotices } from './due.js';
import { EndingCertificates } from './ending-certificates.js';
import { Groups, type Group } from './grouping.js';
import { authorityNoticeKey, NoticeRepository, type AuthorityNotice } from './notice.repository.js';
import { Terms } from './terms.js';

/** Tells owners and the security team of authorities that end, once at each interval (domain-rules NY-2). */
@Injectable()
export class NotifyAuthorityExpirations {
  constructor(
    private readonly database: Database,
    private readonly ending: EndingCertificates,
    private readonly notices: NoticeRepository,
    private readonly audience: Audience,
    private readonly writing: WriteDeliveries,
    private readonly terms: Terms,
  ) {}

  async run(signal: AbortSignal): Promise<TaskReport> {
    const { config, clock } = this.terms;
    const intervals = [...new Set(config.authorityExpirationIntervals)];
    if (intervals.length === 0 || !this.audience.isUsable(config.defaultNotificationPlugin)) return { certificates: 0, messages: 0, told: 0 };
    const groups = new Groups<{ id: number }>();
    const passedOver: AuthorityNotice[] = [];
    let certificates = 0;
    const notAfterTo = new Date(clock.now().getTime() + (Math.max(...intervals) + 1) * dayMs).toISOString();
    for await (const page of this.ending.pages({ notAfterTo, notify: true, kind: 'authority' }, signal)) {
      certificates += page.length;
      await this.judge(page, intervals, { groups, passedOver });
    }
    let messages = 0;
    let told = 0;
    for (const group of groups.all()) {
      signal.throwIfAborted();
      const count = await this.tell(group);
      told += count;
      messages += count > 0 ? 1 : 0;
    }
    await this.database.transaction((tx) => this.notices.claimAuthorities(tx, passedOver, clock.now()));
    return { certificates, messages, told };
  }

  /** The interval stands in for the notification that groups them. */
  private async judge(page: readonly EndingCertificate[], intervals: readonly number[], found: { groups: Groups<{ id: number }>; passedOver: AuthorityNotice[] }): Promise<void> {
    const now = this.terms.clock.now();
    const told = await this.notices.authoritiesTold(page.map(({ id }) => id));
    for (const certificate of page) {
      const span = { notAfter: new Date(certificate.notAfter) };
      const all = intervals.map((intervalDays) => ({ intervalDays, audience: '' }));
      const due = dueNotices(span, all, ({ intervalDays }) => told.has(authorityNoticeKey({ certificateId: certificate.id, intervalDays })), now);
      for (const { intervalDays } of due.tell) found.groups.add(certificate, { id: intervalDays });
      found.passedOver.push(...due.passOver.map(({ intervalDays }) => ({ certificateId: certificate.id, intervalDays, notAfter: span.notAfter })));
    }
  }

  /** @returns of how many it told */
  private tell({ owner, notification: { id: intervalDays }, certificates }: Group<{ id: number }>): Promise<number> {
    const { config, clock } = this.terms;
    const at = clock.now();
    return this.database.transaction(async (tx) => {
      const notices = certificates.map(({ id, notAfter }) => ({ certificateId: id, intervalDays, notAfter: new Date(notAfter) }));
      const claimed = new Set(await this.notices.claimAuthorities(tx, notices, at));
      const told = certificates.filter(({ id }) => claimed.has(id));
      const recipients = this.audience.ownerAndSecurity(owner);
      if (told.length === 0 || recipients.length === 0) return 0;
      const data = messageData(at, { publicUrl: config.publicUrl ?? null, owner, contacts: this.audience.security(), intervalDays, certificates: told.map((each) => this.ending.notified(each)), authorities: told.flatMap((each) => this.authority(each)) });
      await this.writing.run(tx, [{ origin: `authority_expiration:${newId()}`, type: 'authority_expiration', data, notification: null, plugin: config.defaultNotificationPlugin, recipients, certificateIds: told.map(({ id }) => id) }]);
      return told.length;
    });
  }

  private authority(certificate: EndingCertificate) {
    const { ownAuthority } = certificate;
    return ownAuthority === null ? [] : [{ ...ownAuthority, certificate: this.ending.notified(certificate) }];
  }
}
