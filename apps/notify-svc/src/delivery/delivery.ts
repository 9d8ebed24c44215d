import type { DeliveryState, MessageType } from '@sifaka/contracts';
import type { NotificationMessage } from '@sifaka/plugin-sdk';
import type { MessageData } from '../template/message-data.js';

export type Severity = NotificationMessage['severity'];

/** A message that is to be sent. */
export interface Draft {
  /** What asks for it: a second draft with the same origin is none. */
  origin: string;
  type: MessageType;
  data: MessageData;
  /** Null: a default message of the platform. */
  notification: { id: number; label: string } | null;
  plugin: string;
  /** E-mail addresses; empty for plugins that send no mail. */
  recipients: readonly string[];
  /** Not to others whom the options of the notification name: they know. */
  isToThemAlone?: boolean;
  /** What a message of no certificate is about: for a refused one, say, none. */
  certificateIds: readonly number[];
}

export interface DeliveryRow {
  id: number;
  message_id: string;
  origin: string;
  target: string;
  notification_id: number | null;
  notification_label: string | null;
  plugin: string;
  type: MessageType;
  severity: Severity;
  subject: string;
  text: string;
  html: string;
  recipients: string[];
  only_to: string[] | null;
  certificate_ids: number[];
  certificates: unknown;
  interval_days: number | null;
  facts: Record<string, unknown>;
  state: DeliveryState;
  attempts: number;
  last_error: string | null;
  next_try_at: Date | null;
  reference: string | null;
  created_at: Date;
  delivered_at: Date | null;
}

/** Characters of an error or a detail that are kept. */
const wordsLength = 2_000;

export const words = (text: string): string => (text.length > wordsLength ? `${text.slice(0, wordsLength - 1)}…` : text);

/** What goes to one place goes in order: a notification is a place, and so is the plugin of default messages. */
export const targetOf = ({ notification, plugin }: Pick<Draft, 'notification' | 'plugin'>): string => (notification === null ? `default:${plugin}` : `notification:${notification.id}`);
