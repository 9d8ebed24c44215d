import { domainToASCII } from 'node:url';
import type { DeliveryReceipt, NotificationMessage } from '@sifaka/plugin-sdk';
import type { SendMailOptions } from 'nodemailer';

export interface MailTransport {
  send(mail: Mail): Promise<DeliveryReceipt>;
  close(): void;
}

/** A mail as nodemailer takes it, and what its envelope says. */
export interface Mail {
  content: SendMailOptions;
  messageId: string;
  from: string;
  to: readonly string[];
}

/** Servers take 10 MB and more; nobody reads a tenth of it. */
const maxTextLength = 400_000;
const maxHtmlLength = 1_000_000;

/** RFC 5322 section 2.1.1, with room for "Subject: " and for what encoding adds. */
const maxSubjectLength = 240;

/** The same message is the same mail, so that whoever has it already can tell. */
export function mailOf(message: NotificationMessage, to: readonly string[], sender: string): Mail {
  const from = addressOf(sender);
  const domain = domainToASCII(from.slice(from.lastIndexOf('@') + 1)) || 'localhost';
  const messageId = `<${message.deliveryId.replaceAll(/[^\w.-]/g, '_').slice(0, 200)}@${domain}>`;
  const content: SendMailOptions = {
    from: sender,
    to: addressees(to),
    subject: inOneLine(message.subject).slice(0, maxSubjectLength),
    text: cut(message.text),
    // Half a document is none.
    ...(message.html !== '' && message.html.length <= maxHtmlLength && { html: message.html }),
    messageId,
    date: message.createdAt,
    priority: message.severity === 'critical' || message.severity === 'error' ? 'high' : 'normal',
    headers: {
      // RFC 3834 section 5: nobody's absence is announced to a program. The third one says so to Exchange.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': `Sifaka notifications <notifications.sifaka.${domain}>`,
      'X-Sifaka-Event': inOneLine(message.event).slice(0, 64),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return { content, messageId, from, to };
}

/** As objects: in a text, a comma or a bracket of one address would make another of it. */
export const addressees = (to: readonly string[]): { name: string; address: string }[] => to.map((address) => ({ name: '', address }));

/** `Certificates <sifaka@example.com>` → `sifaka@example.com`. */
const addressOf = (sender: string): string => /<([^<>]+)>\s*$/.exec(sender)?.[1] ?? sender.trim();

const inOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const cut = (text: string): string => (text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}\n\n… and ${text.length - maxTextLength} characters more`);
