import { Inject, Injectable } from '@nestjs/common';
import type { EndingCertificate, TaskReport } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { longestIntervalDays } from '../notification/interval.js';
import type { NotificationRow } from '../notification/notification.repository.js';
import type { NotifyConfig } from '../notify.config.js';
import { AttachedNotifications, type Noticing } from './attached-notifications.js';
import { dayMs, dueNotices, isExcluded, isSettledByRenewal } from './due.js';
import { EndingCertificates } from './ending-certificates.js';
import { Groups } from './grouping.js';
import { NoticeRepository, noticeKey, type Notice } from './notice.repository.js';
import { TellExpirations } from './tell-expirations.js';

/** What a run found out. */
export interface Findings {
  groups: Groups<NotificationRow>;
  /** What was told, but for the mail that goes with it. */
  owed: Groups<NotificationRow>;
  passedOver: Notice[];
  counts: { certificates: number; excluded: number; settledByRenewal: number };
}

/** Looks which certificates are to be told of, and has them told (domain-rules §17.2). */
@Injectable()
export class NotifyExpirations {
  constructor(
    private readonly ending: EndingCertificates,
    private readonly attached: AttachedNotifications,
    private readonly notices: NoticeRepository,
    private readonly telling: TellExpirations,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  async run(signal: AbortSignal): Promise<TaskReport> {
    const found: Findings = { groups: new Groups(), owed: new Groups(), passedOver: [], counts: { certificates: 0, excluded: 0, settledByRenewal: 0 } };
    const notAfterTo = new Date(this.clock.now().getTime() + (longestIntervalDays + 1) * dayMs).toISOString();
    for await (const page of this.ending.pages({ notAfterTo, notify: true, kind: 'leaf' }, signal)) await this.judge(page, found);
    const told = await this.telling.run(found, signal);
    return { ...found.counts, ...told };
  }

  private async judge(page: readonly EndingCertificate[], { groups, owed, passedOver, counts }: Findings): Promise<void> {
    const now = this.clock.now();
    counts.certificates += page.length;
    const named = page.filter(({ name }) => !isExcluded(name, this.config.excludedNames));
    counts.excluded += page.length - named.length;
    const open = named.filter((certificate) => !isSettledByRenewal(certificate, now));
    counts.settledByRenewal += named.length - open.length;
    const ids = open.map(({ id }) => id);
    const [attached, told] = await Promise.all([this.attached.of(ids), this.notices.told(ids)]);
    for (const certificate of open) {
      const span = { notAfter: new Date(certificate.notAfter) };
      const keyOf = ({ id: notificationId, intervalDays }: Noticing) => noticeKey({ certificateId: certificate.id, notificationId, intervalDays });
      const { tell, passOver } = dueNotices(span, attached.get(certificate.id) ?? [], (each) => told.get(keyOf(each)) === false, now);
      for (const each of tell) (told.has(keyOf(each)) ? owed : groups).add(certificate, each.row);
      const missed = passOver.filter((each) => !told.has(keyOf(each)));
      passedOver.push(...missed.map(({ id: notificationId, intervalDays }) => ({ certificateId: certificate.id, notificationId, intervalDays, notAfter: span.notAfter })));
    }
  }
}
