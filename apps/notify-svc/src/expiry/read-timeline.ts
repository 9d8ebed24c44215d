import { Injectable } from '@nestjs/common';
import type { InputOf, notifyTimeline, OutputOf, TimelineEntry } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { Jobs, parseCron } from '@sifaka/messaging';
import type { DeliveryRow } from '../delivery/delivery.js';
import { DeliveryRepository } from '../delivery/delivery.repository.js';
import { AttachedNotifications, type Noticing } from './attached-notifications.js';
import { isExcluded } from './due.js';
import { EndingCertificates, type NotableCertificate } from './ending-certificates.js';
import { NoticeRepository, noticeKey, type SettledNotice } from './notice.repository.js';
import { plannedNotices, type PlannedNotice } from './planned-notices.js';
import { Terms } from './terms.js';

const shownDeliveries = 100;

/** What was told of a certificate, and what will be. */
@Injectable()
export class ReadTimeline {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly ending: EndingCertificates,
    private readonly attached: AttachedNotifications,
    private readonly notices: NoticeRepository,
    private readonly terms: Terms,
    private readonly jobs: Jobs,
  ) {}

  async run({ certificateId }: InputOf<typeof notifyTimeline>): Promise<OutputOf<typeof notifyTimeline>> {
    const [sent, settled, known] = await Promise.all([this.deliveries.of(certificateId, shownDeliveries), this.notices.settled(certificateId), this.ending.read([certificateId])]);
    const certificate = known.get(certificateId);
    const planned = certificate === undefined ? [] : await this.planned(certificate);
    const entries = [...planned, ...sent.map(sentEntry), ...settled.map(settledEntry)];
    return { entries: entries.sort((a, b) => (b.at ?? '').localeCompare(a.at ?? '')) };
  }

  private async planned(certificate: NotableCertificate): Promise<TimelineEntry[]> {
    const now = this.terms.clock.now();
    const isToldOf = certificate.notify && !certificate.isDeleted && certificate.status !== 'revoked' && new Date(certificate.notAfter) > now;
    if (!isToldOf || isExcluded(certificate.name, this.terms.config.excludedNames)) return [];
    const [attached, told, nextRun] = await Promise.all([this.attached.of([certificate.id]), this.notices.told([certificate.id]), this.schedule()]);
    const isTold = ({ id, intervalDays }: Noticing): boolean => told.has(noticeKey({ certificateId: certificate.id, notificationId: id, intervalDays }));
    return plannedNotices({ certificate, noticing: attached.get(certificate.id) ?? [], isTold, nextRun, now }).map(plannedEntry);
  }

  /** Of the task that tells of expirations, as this installation runs it. */
  private async schedule(): Promise<(after: Date) => Date | null> {
    const cron = (await this.jobs.status()).find(({ name }) => name === telling)?.cron ?? null;
    if (cron === null) return () => null;
    const runs = parseCron(cron);
    return (after) => runs.next(after);
  }
}

const telling = 'notify_expirations';

function plannedEntry({ notice: { id, row }, at, isConditional }: PlannedNotice<Noticing>): TimelineEntry {
  const conditions = [...(isConditional ? ['Only if its renewal is late by then'] : []), ...(at === null ? [`Told when somebody runs ${telling}: no run is scheduled`] : [])];
  const detail = conditions.length === 0 ? null : conditions.join('; ');
  return { at: at === null ? null : timestamp(at), kind: 'notification', state: 'planned', title: `Notice of "${row.label}"`, detail, object: { type: 'notification', id } };
}

const stateOf = { pending: 'planned', sending: 'planned', delivered: 'done', failed: 'failed', dropped: 'failed' } as const;

/** Told with the message of another notification. */
function settledEntry({ label, deliveryId, deliveryLabel, state, at }: SettledNotice): TimelineEntry {
  const detail = `Everybody is told by the message of ${deliveryLabel === null ? 'the platform' : `"${deliveryLabel}"`}`;
  return { at: timestamp(at), kind: 'notification', state: stateOf[state], title: `Notice of "${label}"`, detail, object: { type: 'delivery', id: deliveryId } };
}

function sentEntry(row: DeliveryRow): TimelineEntry {
  const to = row.recipients.length === 0 ? row.plugin : row.recipients.join(', ');
  const detail = row.state === 'delivered' ? `Sent to ${to}` : (row.last_error ?? `On its way to ${to}`);
  return { at: timestamp(row.delivered_at ?? row.created_at), kind: 'notification', state: stateOf[row.state], title: row.subject, detail: detail.slice(0, 500), object: { type: 'delivery', id: row.id } };
}
