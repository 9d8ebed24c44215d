import type { PluginLifecycle } from './lifecycle.js';

export interface NotificationMessage {
  /** For example `expiration`, `rotation`, `revocation`, `failed`. */
  event: string;
  subject: string;
  text: string;
  /** JSON-safe facts of the event, for targets that render them on their own. */
  facts: Record<string, unknown>;
  recipients: string[];
  /** Stays the same when a delivery is retried. */
  deliveryId: string;
}

/** Tells people or programs that something happened. */
export interface Notifier extends PluginLifecycle {
  send(message: NotificationMessage): Promise<void>;
}

export interface DnsRecord {
  /** Fully qualified, without the last dot. */
  name: string;
  value: string;
  ttlSeconds: number;
}

/** Puts and removes TXT records for DNS-01 challenges. */
export interface DnsProvider extends PluginLifecycle {
  zones(): Promise<string[]>;
  /** Adds the value beside others of the same name; adding it again changes nothing. */
  addTxt(record: DnsRecord): Promise<void>;
  /** Removes this value alone; safe to call when it is gone. */
  removeTxt(record: DnsRecord): Promise<void>;
}

export interface Measurement {
  name: string;
  type: 'counter' | 'gauge' | 'timer';
  value: number;
  tags: Record<string, string>;
}

/** Passes measurements on to a monitoring system. Never throws for a system that is away: it logs and drops. */
export interface MetricSink extends PluginLifecycle {
  submit(measurements: readonly Measurement[]): Promise<void>;
}

/** Wraps and unwraps data keys with a key-encryption key that this process never sees. */
export interface Keystore extends PluginLifecycle {
  /** Names the key that `wrap` uses, for the record beside what is wrapped. */
  keyId(): Promise<string>;
  wrap(dataKey: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, keyId: string): Promise<Uint8Array>;
}
