import type { MessageType } from '@sifaka/contracts';
import type { MessageData } from './message-data.js';

export interface RenderedMessage {
  /** One line. */
  subject: string;
  text: string;
  /** The same as HTML document. */
  html: string;
}

/** A message of this type in words. */
export function renderMessage(type: MessageType, data: MessageData): RenderedMessage {
  const subject = `Lemur: ${titleCase(type)} Notification`;
  const text = [subject, ...data.certificates.map(({ name, owner, notAfter }) => `${name} (${owner}) ends ${notAfter.toISOString()}`), ...(data.error === null ? [] : [data.error])].join('\n');
  return { subject, text, html: `<!doctype html><html><head><title>${escape(subject)}</title></head><body><pre>${escape(text)}</pre></body></html>` };
}

function titleCase(type: string): string {
  return type
    .split('_')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join(' ');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
