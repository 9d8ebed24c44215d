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
  /** Told by a channel while there was no mail. */
  owed: Groups<NotificationRow>;
  passedOver: readonly Notice[];
}

interface Told {
  told: EndingCertificate[];
  /** Told already by mails of other notifications. */
  settled: number;
  /** Messages of the notification itself. */
  messages: number;
}

interface OtherWay {
  /** Messages of the notification, before the mail that goes with them. */
  write: (certificates: readonly EndingCertificate[], mails: ToldByMail) => Draft[];
  owesMail: boolean;
}

/** A notification that tells otherwise than by mail. */
interface Channel {
  group: Group<NotificationRow>;
  isPerCertificate: boolean;
}

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

  async run({ groups, owed, passedOver }: Due, signal: AbortSignal): Promise<{ messages: number; told: number; settled: number; passedOver: number }> {
    const counts = { messages: 0, told: 0, settled: 0, passedOver: 0 };
    const { mail, channels } = await this.split(groups.all());
    // Whom a mail tells anyway needs no second one that says the same.
    const mailed = new Set<number>();
    const note = ({ told, settled, messages }: Told) => {
      counts.told += told.length;
      counts.settled += settled;
      counts.messages += messages;
    };
    for (const group of mail.sort(byOwnership)) {
      signal.throwIfAborted();
      const told = await this.tell(group, this.audience.ofExpiration(group.notification, group.owner));
      for (const { id } of told.told) mailed.add(id);
      note(told);
    }
    for (const channel of channels) {
      signal.throwIfAborted();
      note(await this.tell(channel.group, [], this.otherWay(channel, mailed)));
    }
    for (const group of owed.all()) {
      signal.throwIfAborted();
      counts.messages += await this.tellOwed(group, mailed);
    }
    counts.passedOver = await this.passOver(passedOver, signal);
    return counts;
  }

  private async split(all: readonly Group<NotificationRow>[]): Promise<{ mail: Group<NotificationRow>[]; channels: Channel[] }> {
    const mail: Group<NotificationRow>[] = [];
    const channels: Channel[] = [];
    for (const group of all) {
      const { isMail, isPerCertificate } = await this.audience.mannerOf(group.notification);
      if (isMail) mail.push(group);
      else channels.push({ group, isPerCertificate });
    }
    return { mail, channels };
  }

  private otherWay({ group, isPerCertificate }: Channel, mailed: ReadonlySet<number>): OtherWay {
    const parts = (certificates: readonly EndingCertificate[]) => (isPerCertificate ? certificates.map((each) => [each]) : [certificates]);
    return {
      write: (certificates, mails) => [...parts(certificates).map((part) => this.draft(group, part)), ...this.defaultMail(group, certificates.filter(({ id }) => !mailed.has(id)), mails)],
      owesMail: this.hasDefaultMail(group) && !this.audience.isUsable(this.drafts.defaultPlugin),
    };
  }

  /**
   * Notifications of owner and security team reach the same people, who need not read the same twice: whom a mail told of all these at this
   * interval is left out, and a message to nobody else is settled with that mail.
   *
   * @param recipients none for plugins that know themselves where their messages go
   * @returns the certificates that were told of now, and not by somebody else
   */
  private tell(group: Group<NotificationRow>, recipients: readonly string[], otherWay?: OtherWay): Promise<Told> {
    const { id: notificationId, interval_days } = group.notification;
    const intervalDays = interval_days ?? 0;
    return this.database.transaction(
      async (tx) => {
        const notices = group.certificates.map(({ id, notAfter }) => ({ certificateId: id, notificationId, intervalDays, notAfter: new Date(notAfter) }));
        const claimed = new Set(await this.notices.claim(tx, notices, this.clock.now()));
        const told = group.certificates.filter(({ id }) => claimed.has(id));
        if (told.length === 0) return { told, settled: 0, messages: 0 };
        const ids = told.map(({ id }) => id);
        const mails = await this.mailsAbout(tx, ids, intervalDays);
        const unaware = mails.unaware(recipients, ids);
        const [first] = recipients;
        if (first !== undefined && unaware.length === 0) {
          for (const [deliveryId, certificateIds] of mails.mailsTo(first, ids)) await this.notices.tellWith(tx, notificationId, intervalDays, certificateIds, deliveryId);
          return { told, settled: told.length, messages: 0 };
        }
        const drafts = otherWay?.write(told, mails) ?? [{ ...this.draft(group, told, unaware), isToThemAlone: unaware.length < recipients.length }];
        const written = await this.writing.run(tx, drafts);
        const own = drafts.filter(({ notification }) => notification !== null);
        for (const { origin, certificateIds } of own) {
          const deliveryId = written.get(origin);
          if (deliveryId !== undefined) await this.notices.tellWith(tx, notificationId, intervalDays, certificateIds, deliveryId);
        }
        if (otherWay?.owesMail === true) await this.notices.oweMail(tx, { notificationId, intervalDays }, ids);
        return { told, settled: 0, messages: own.length };
      },
      { retries: 2 },
    );
  }

  /** The mail that goes with what a channel told while there was no way to send any. @returns how many messages that are */
  private async tellOwed(group: Group<NotificationRow>, mailed: ReadonlySet<number>): Promise<number> {
    if (!this.audience.isUsable(this.drafts.defaultPlugin)) return 0;
    const { id: notificationId, interval_days } = group.notification;
    const intervalDays = interval_days ?? 0;
    return this.database.transaction(
      async (tx) => {
        const ids = await this.notices.settleMail(tx, { notificationId, intervalDays }, group.certificates.map(({ id }) => id));
        const untold = group.certificates.filter(({ id }) => ids.includes(id) && !mailed.has(id));
        if (untold.length === 0) return 0;
        return (await this.writing.run(tx, this.defaultMail(group, untold, await this.mailsAbout(tx, ids, intervalDays)))).size;
      },
      { retries: 2 },
    );
  }

  /** Of the last day. */
  private async mailsAbout(tx: Sql, certificateIds: readonly number[], intervalDays: number): Promise<ToldByMail> {
    return new ToldByMail(await this.notices.mails(tx, certificateIds, intervalDays, new Date(this.clock.now().getTime() - sameMs)));
  }

  private draft({ owner, notification }: Group<NotificationRow>, certificates: readonly EndingCertificate[], recipients: readonly string[] = []): Draft {
    const { id, label, plugin, interval_days: intervalDays } = notification;
    return { ...this.drafts.expiration(owner, certificates, intervalDays, this.audience.security()), notification: { id, label }, plugin, recipients };
  }

  /** Whether a mail goes with what a notification tells (domain-rules NX-4). */
  private hasDefaultMail({ owner, notification }: Group<NotificationRow>): boolean {
    return this.drafts.defaultPlugin !== notification.plugin && this.audience.ofDefaultMail(owner).length > 0;
  }

  /** None while mail is switched off (NX-5) or not set up: then it is owed. */
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
