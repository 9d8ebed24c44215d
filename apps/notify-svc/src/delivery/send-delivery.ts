import { Inject, Injectable } from '@nestjs/common';
import { AppError, toAppError } from '@sifaka/kernel';
import { measure, type Logger } from '@sifaka/observability';
import type { DeliveryReceipt, NotificationMessage, Notifier } from '@sifaka/plugin-sdk';
import { LOGGER } from '@sifaka/runtime';
import { defaultOptions } from '../notification/default-options.js';
import { NotificationPlugins } from '../notification/notification-plugins.js';
import { NotificationRepository } from '../notification/notification.repository.js';
import { words, type DeliveryRow } from './delivery.js';
import { RecordDelivery } from './record-delivery.js';
import { storedCertificates } from './stored-certificates.js';

/** Above what plugins allow their own requests; some say that they need longer. */
const usualLimitMs = 90_000;

/** A try at one message, by whoever has the lease of its target. */
export interface Attempt {
  row: DeliveryRow;
  holder: string;
  /** The lease may be somebody else's by now, or nobody waits any more for the end of the transfer. */
  isLost: () => boolean;
}

type Outcome = { receipt: DeliveryReceipt } | { fault: unknown };

/** Hands one message to its plugin. What goes wrong there is written down, not thrown. */
@Injectable()
export class SendDelivery {
  constructor(
    private readonly notifications: NotificationRepository,
    private readonly plugins: NotificationPlugins,
    private readonly record: RecordDelivery,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns false when the target is away: whatever else goes there waits. @throws only what is wrong with this service itself */
  async run(attempt: Attempt): Promise<boolean> {
    const { notification_id: notificationId, recipients } = attempt.row;
    const notification = notificationId === null ? null : await this.notifications.byId(notificationId);
    if (notification === undefined || notification?.active === false) {
      const why = `its notification was ${notification === undefined ? 'deleted' : 'switched off'} meanwhile`;
      await this.record.dropped(attempt, why);
      return true;
    }
    if (notificationId === null && recipients.length === 0) {
      await this.record.dropped(attempt, 'there is nobody to send it to');
      return true;
    }
    return this.send(attempt, () => (notification === null ? this.plugins.make(attempt.row.plugin, defaultOptions(recipients)) : this.plugins.of(notification)), notification === null);
  }

  private async send(attempt: Attempt, open: () => Promise<Notifier>, isOwn: boolean): Promise<boolean> {
    attempt.row = await this.record.begin(attempt);
    const outcome = await this.outcome(attempt, open, isOwn);
    // Whoever may not go on writes nothing down: the next one sends it again, with the same id.
    if (attempt.isLost()) throw new AppError('unavailable', 'sending was stopped', { reason: 'notification.stopped' });
    const { type, plugin } = attempt.row;
    measure.count('notification', { status: 'receipt' in outcome ? 'success' : 'failure', event_type: type, plugin });
    if ('receipt' in outcome) {
      await this.record.delivered(attempt, outcome.receipt);
      return true;
    }
    const { code, message } = toAppError(outcome.fault);
    this.logger.warn({ delivery: attempt.row.id, plugin, code, detail: words(message) }, 'a message could not be handed over');
    return this.record.failed(attempt, outcome.fault);
  }

  private async outcome(attempt: Attempt, open: () => Promise<Notifier>, isOwn: boolean): Promise<Outcome> {
    try {
      return { receipt: await this.hand(attempt, open, isOwn) };
    } catch (fault) {
      return { fault };
    }
  }

  private async hand(attempt: Attempt, open: () => Promise<Notifier>, isOwn: boolean): Promise<DeliveryReceipt> {
    const notifier = await open().catch((error: unknown) => Promise.reject(notReady(error)));
    try {
      return await within(notifier.sendLimitMs ?? usualLimitMs, notifier.send(messageOf(attempt.row)));
    } finally {
      // What was handed over was handed over.
      if (isOwn) await notifier.close?.().catch(() => undefined);
    }
  }
}

/** Options, settings or secrets with which a plugin cannot work are set right one day, and what goes there waits for that. */
function notReady(error: unknown): AppError {
  const { message, reason, code } = toAppError(error);
  return new AppError(code === 'internal' ? 'internal' : 'unavailable', message, { ...(reason !== undefined && { reason }), cause: error });
}

function messageOf(row: DeliveryRow): NotificationMessage {
  return {
    event: row.type,
    severity: row.severity,
    subject: row.subject,
    text: row.text,
    html: row.html,
    certificates: storedCertificates(row.certificates),
    intervalDays: row.interval_days,
    facts: row.facts,
    recipients: row.recipients,
    ...(row.only_to !== null && { onlyTo: row.only_to }),
    deliveryId: row.message_id,
    createdAt: row.created_at,
  };
}

async function within<T>(limitMs: number, working: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('upstream_timeout', `it took longer than ${limitMs / 1_000} s`, { reason: 'notification.timeout' })), limitMs);
  });
  try {
    return await Promise.race([working, limit]);
  } finally {
    clearTimeout(timer);
  }
}
