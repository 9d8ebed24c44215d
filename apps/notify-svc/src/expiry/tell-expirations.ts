import { Inject, Injectable } from '@nestjs/common';
import type { EndingCertificate } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import type { Draft } from '../delivery/delivery.js';
import { WriteDeliveries } from '../delivery/write-deliveries.js';
import type { NotificationRow } from '../notification/notification.repository.js';
import { Audience } from './audience.js';
import { ExpirationDrafts } from './expiration-drafts.js';
import type { Group, Groups } from './grouping.js';
import { NoticeRepository, type Notice } from './notice.repository.js';

interface Due {
  groups: Groups<NotificationRow>;
  passedOver: readonly Notice[];
}

interface Told {
  told: EndingCertificate[];
  /** Messages of this notification. */
  written: number;
}

/** Notices of one statement. */
const batch = 1_000;

/** Puts what is due on its way, each group in one transaction with the note that it was told: a crash tells it later, and nothing tells it twice. */
@Injectable()
export class TellExpirations {
  constructor(
    private readonly database: Database,
    private readonly notices: NoticeRepository,
    private readonly writing: WriteDeliveries,
    private readonly audience: Audience,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly drafts: ExpirationDrafts,
  ) {}

  async run({ groups, passedOver }: Due, signal: AbortSignal): Promise<{ messages: number; told: number; passedOver: number }> {
    const counts = { messages: 0, told: 0, passedOver: 0 };
    const [mail, others] = await this.split(groups.all());
    // Whom a mail tells anyway needs no second one that says the same.
    const mailed = new Set<number>();
    for (const group of mail) {
      signal.throwIfAborted();
      const { told, written } = await this.tell(group, this.audience.ofExpiration(group.notification, group.owner), (certificates, recipients) => [this.draft(group, certificates, recipients)]);
      for (const { id } of told) mailed.add(id);
      count(counts, told.length, written);
    }
    for (const group of others) {
      signal.throwIfAborted();
      const drafts = (certificates: EndingCertificate[]) => [this.draft(group, certificates, []), ...this.defaultMail(group, certificates.filter(({ id }) => !mailed.has(id)))];
      const { told, written } = await this.tell(group, [], drafts);
      count(counts, told.length, written);
    }
    counts.passedOver = await this.passOver(passedOver, signal);
    return counts;
  }

  private async split(all: readonly Group<NotificationRow>[]): Promise<[mail: Group<NotificationRow>[], others: Group<NotificationRow>[]]> {
    const mail: Group<NotificationRow>[] = [];
    const others: Group<NotificationRow>[] = [];
    for (const group of all) ((await this.audience.isMail(group.notification)) ? mail : others).push(group);
    return [mail, others];
  }

  /**
   * Notifications of owner and security team reach the same people, who need not read the same twice.
   *
   * @param recipients none for plugins that know themselves where their messages go
   * @returns the certificates that were told of now, and not by somebody else
   */
  private tell({ notification, certificates }: Group<NotificationRow>, recipients: readonly string[], drafts: (certificates: EndingCertificate[], recipients: readonly string[]) => Draft[]): Promise<Told> {
    const { id: notificationId, plugin } = notification;
    const intervalDays = notification.interval_days ?? 0;
    return this.database.transaction(
      async (tx) => {
        const own = certificates.map(({ id, notAfter }) => ({ certificateId: id, notificationId, intervalDays, notAfter: new Date(notAfter) }));
        const claimed = await this.notices.claim(tx, own, this.clock.now());
        const elsewhere = recipients.length === 0 ? [] : await this.notices.toldElsewhere(tx, { certificateIds: claimed, notificationId, intervalDays, plugin, recipients });
        for (const { certificateId, deliveryId } of elsewhere) await this.notices.tellWith(tx, notificationId, intervalDays, [certificateId], deliveryId);
        const told = certificates.filter(({ id }) => claimed.includes(id));
        const news = told.filter(({ id }) => !elsewhere.some(({ certificateId }) => certificateId === id));
        if (news.length === 0) return { told, written: 0 };
        const [deliveryId] = [...(await this.writing.run(tx, drafts(news, recipients))).values()];
        if (deliveryId !== undefined) await this.notices.tellWith(tx, notificationId, intervalDays, news.map(({ id }) => id), deliveryId);
        return { told, written: 1 };
      },
      { retries: 2 },
    );
  }

  private draft({ owner, notification }: Group<NotificationRow>, certificates: readonly EndingCertificate[], recipients: readonly string[]): Draft {
    const { id, label, plugin, interval_days: intervalDays } = notification;
    return { ...this.drafts.expiration(owner, certificates, intervalDays, this.audience.security()), notification: { id, label }, plugin, recipients };
  }

  /** Domain-rules NX-4, unless mail is switched off (NX-5). */
  private defaultMail({ owner, notification }: Group<NotificationRow>, certificates: readonly EndingCertificate[]): Draft[] {
    const plugin = this.drafts.defaultPlugin;
    const recipients = this.audience.ofDefaultMail(owner);
    if (certificates.length === 0 || recipients.length === 0 || plugin === notification.plugin || !this.audience.isUsable(plugin)) return [];
    return [{ ...this.drafts.expiration(owner, certificates, notification.interval_days, this.audience.security()), notification: null, plugin, recipients }];
  }

  private async passOver(all: readonly Notice[], signal: AbortSignal): Promise<number> {
    let passed = 0;
    for (let start = 0; start < all.length; start += batch) {
      signal.throwIfAborted();
      passed += (await this.database.transaction((tx: Sql) => this.notices.claim(tx, all.slice(start, start + batch), this.clock.now()), { retries: 2 })).length;
    }
    return passed;
  }
}

function count(counts: { messages: number; told: number }, told: number, messages: number): void {
  counts.told += told;
  counts.messages += messages;
}
