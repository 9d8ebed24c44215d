import { AppError } from '@sifaka/kernel';
import type { DeliveryReceipt, NotificationMessage, Notifier, PluginContext, UndeliveredRecipient } from '@sifaka/plugin-sdk';
import { addressList, distinct, isAddress } from './addresses.js';
import { mailOf, type MailTransport } from './mail.js';
import { transportOf, type EmailOptions } from './options.js';
import { SesTransport } from './ses-transport.js';
import { smtpSendLimitMs, SmtpTransport } from './smtp-transport.js';

/** Mail to the recipients of the options and of each message. */
export class EmailNotifier implements Notifier {
  readonly takesRecipients = true;
  readonly sendLimitMs = smtpSendLimitMs;
  private opened: MailTransport | null = null;

  constructor(
    private readonly options: EmailOptions,
    private readonly context: PluginContext,
  ) {}

  recipients(): readonly string[] {
    return addressList(this.options.recipients);
  }

  async send(message: NotificationMessage): Promise<DeliveryReceipt> {
    const wanted = distinct((message.onlyTo ?? [...this.recipients(), ...message.recipients]).map((each) => each.trim()));
    const to = wanted.filter(isAddress);
    const unusable = wanted.filter((each) => !isAddress(each)).map((recipient): UndeliveredRecipient => ({ recipient, detail: 'this is no e-mail address', isWorthRetrying: false }));
    if (to.length === 0) throw new AppError('failed_precondition', `none of the recipients has an e-mail address: ${wanted.join(', ').slice(0, 300)}`, { reason: 'notification.no_recipients' });

    const receipt = await this.transport().send(mailOf(message, to, this.sender()));
    const undelivered = [...unusable, ...(receipt.undelivered ?? [])];
    if (undelivered.length === 0) return receipt;
    this.context.logger.warn('a mail did not reach everybody', { deliveryId: message.deliveryId, undelivered });
    return { ...receipt, undelivered };
  }

  close(): Promise<void> {
    this.opened?.close();
    this.opened = null;
    return Promise.resolve();
  }

  private transport(): MailTransport {
    if (this.opened !== null) return this.opened;
    const chosen = transportOf(this.options);
    if ('reason' in chosen) throw new AppError('unavailable', chosen.reason, { reason: 'notification.not_configured' });
    this.opened = chosen.kind === 'ses' ? new SesTransport(this.options, this.context) : new SmtpTransport(this.options, this.context);
    return this.opened;
  }

  private sender(): string {
    return this.options.from ?? this.options.default_from ?? '';
  }
}
