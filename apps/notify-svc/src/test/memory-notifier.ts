import { AppError } from '@sifaka/kernel';
import { definePlugin, secret, type DeliveryReceipt, type NotificationMessage } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Where messages arrive that do as the test says. */
export class Inbox {
  readonly messages: (NotificationMessage & { by: string; options: Record<string, unknown> })[] = [];
  /** Called before a message arrives; may throw or wait. */
  gate: (message: NotificationMessage) => void | Promise<void> = () => undefined;
  /** Of the next messages. */
  receipt: DeliveryReceipt = { reference: null };
  checks = 0;

  reset(): void {
    this.messages.length = 0;
    this.gate = () => undefined;
    this.receipt = { reference: null };
    this.checks = 0;
  }

  async take(by: string, options: Record<string, unknown>, message: NotificationMessage): Promise<DeliveryReceipt> {
    await this.gate(message);
    this.messages.push({ ...message, by, options });
    return this.receipt;
  }

  of(event: string) {
    return this.messages.filter((message) => message.event === event);
  }
}

export const inbox = new Inbox();

/** Whether there is a way to send mail; looked at when a service starts. */
export const mail = { isSetUp: true };

const timed = { interval: z.int().describe('Number of units'), unit: z.enum(['days', 'weeks', 'months']).describe('Unit') };

/** Mail that goes nowhere. */
export const mailPlugin = definePlugin({
  kind: 'notification',
  slug: 'email-notification',
  title: 'Email',
  description: 'Mail in memory',
  version: '1.0.0',
  options: z.object({ ...timed, recipients: z.string().describe('Addresses') }),
  disabledReason: () => (mail.isSetUp ? null : 'no mail server is set'),
  create: (options) => ({ takesRecipients: true, recipients: () => options.recipients.split(','), send: (message) => inbox.take('email-notification', options, message) }),
});

/** A channel with a secret; it needs no interval of its own, and refuses the token `wrong`. */
export const chatPlugin = definePlugin({
  kind: 'notification',
  slug: 'chat-notification',
  title: 'Chat',
  description: 'A channel in memory',
  version: '1.0.0',
  options: z.object({ url: z.url().describe('Where it is'), token: secret().optional().describe('What lets in') }),
  create: (options) => ({
    check: async () => {
      inbox.checks += 1;
      if (options.token === 'wrong') throw new AppError('permission_denied', 'the other side says: unknown token');
    },
    send: (message) => inbox.take('chat-notification', options, message),
  }),
});

/** A channel that gets a message for each certificate. */
export const topicPlugin = definePlugin({
  kind: 'notification',
  slug: 'topic-notification',
  title: 'Topic',
  description: 'A topic in memory',
  version: '1.0.0',
  options: z.object({ topic: z.string().describe('Its name') }),
  create: (options) => ({ isPerCertificate: true, send: (message) => inbox.take('topic-notification', options, message) }),
});
