import { Inject, Injectable } from '@nestjs/common';
import type { EndingCertificate } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import type { Draft } from '../delivery/delivery.js';
import { WriteDeliveries } from '../delivery/write-deliveries.js';
import type { NotificationRow } from '../notification/notification.repository.js';
import { recipientsIn } from '../notification/recipients.js';
import { Audience } from './audience.js';
import { ExpirationDrafts } from './expiration-drafts.js';
import type { Group, Groups } from './grouping.js';
import { NoticeRepository, type Notice } from './notice.repository.js';
import { ToldByMail } from './told-by-mail.js';

interface Due {
  groups: Groups<NotificationRow>;
  passedOver: readonly Notice[];
}

interface Told {
  told: EndingCertificate[];
  /** Told already by mails of other notifications. */
  settled: number;
}

type Write = (certificates: readonly EndingCertificate[], mails: ToldByMail) => Draft[];

/** Mails of that time count: those of this run, of one that was cut off, and of another at the same time. */
const sameMs = 86_400_000;

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

  async run({ groups, passedOver }: Due, signal: AbortSignal): Promise<{ messages: number; told: number; settled: number; passedOver: number }> {
    const counts = { messages: 0, told: 0, settled: 0, passedOver: 0 };
    const [mail, others] = await this.split(groups.all());
    // Whom a mail tells anyway needs no second one that says the same.
    const mailed = new Set<number>();
    const note = ({ told, settled }: Told) => {
      counts.told += told.length;
      counts.settled += settled;
      if (told.length > settled) counts.messages += 1;
    };
    for (const group of mail.sort(byOwnership)) {
      signal.throwIfAborted();
      const told = await this.tell(group, this.audience.ofExpiration(group.notification, group.owner));
      for (const { id } of told.told) mailed.add(id);
      note(told);
    }
    for (const group of others) {
      signal.throwIfAborted();
      const drafts: Write = (certificates, mails) => [this.draft(group, certificates), ...this.defaultMail(group, certificates.filter(({ id }) => !mailed.has(id)), mails)];
      note(await this.tell(group, [], drafts));
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
   * Notifications of owner and security team reach the same people, who need not read the same twice: whom a mail told of all these at this
   * interval is left out, and a message to nobody else is settled with that mail.
   *
   * @param recipients none for plugins that know themselves where their messages go
   * @returns the certificates that were told of now, and not by somebody else
   */
  private tell(group: Group<NotificationRow>, recipients: readonly string[], drafts?: Write): Promise<Told> {
    const { id: notificationId, interval_days } = group.notification;
    const intervalDays = interval_days ?? 0;
    return this.database.transaction(
      async (tx) => {
        const now = this.clock.now();
        const own = group.certificates.map(({ id, notAfter }) => ({ certificateId: id, notificationId, intervalDays, notAfter: new Date(notAfter) }));
        const claimed = new Set(await this.notices.claim(tx, own, now));
        const told = group.certificates.filter(({ id }) => claimed.has(id));
        if (told.length === 0) return { told, settled: 0 };
        const ids = told.map(({ id }) => id);
        const mails = new ToldByMail(await this.notices.mails(tx, ids, intervalDays, new Date(now.getTime() - sameMs)));
        const unaware = mails.unaware(recipients, ids);
        const [first] = recipients;
        if (first !== undefined && unaware.length === 0) {
          for (const [deliveryId, certificateIds] of mails.mailsTo(first, ids)) await this.notices.tellWith(tx, notificationId, intervalDays, certificateIds, deliveryId);
          return { told, settled: told.length };
        }
        const written = drafts?.(told, mails) ?? [{ ...this.draft(group, told, unaware), isToThemAlone: unaware.length < recipients.length }];
        const [deliveryId] = [...(await this.writing.run(tx, written)).values()];
        if (deliveryId !== undefined) await this.notices.tellWith(tx, notificationId, intervalDays, ids, deliveryId);
        return { told, settled: 0 };
      },
      { retries: 2 },
    );
  }

  private draft({ owner, notification }: Group<NotificationRow>, certificates: readonly EndingCertificate[], recipients: readonly string[] = []): Draft {
    const { id, label, plugin, interval_days: intervalDays } = notification;
    return { ...this.drafts.expiration(owner, certificates, intervalDays, this.audience.security()), notification: { id, label }, plugin, recipients };
  }

  /** Domain-rules NX-4, unless mail is switched off (NX-5). */
  private defaultMail({ owner, notification }: Group<NotificationRow>, certificates: readonly EndingCertificate[], mails: ToldByMail): Draft[] {
    const plugin = this.drafts.defaultPlugin;
    const recipients = mails.unaware(this.audience.ofDefaultMail(owner), certificates.map(({ id }) => id));
    if (recipients.length === 0 || plugin === notification.plugin || !this.audience.isUsable(plugin)) return [];
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

/** An owner's own notification first; then what tells of more. */
function byOwnership(a: Group<NotificationRow>, b: Group<NotificationRow>): number {
  const isOwn = ({ owner, notification }: Group<NotificationRow>) => recipientsIn(notification.options).some((each) => each.toLowerCase() === owner.toLowerCase());
  return Number(isOwn(b)) - Number(isOwn(a)) || b.certificates.length - a.certificates.length || a.notification.id - b.notification.id || a.part - b.part;
}
