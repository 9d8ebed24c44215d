import type { PluginLifecycle } from './lifecycle.js';

/** A certificate in a message. Never a key, never a secret. */
export interface NotifiedCertificate {
  id: number;
  name: string;
  commonName: string | null;
  names: readonly string[];
  owner: string;
  issuer: string;
  serialHex: string;
  description: string | null;
  notBefore: Date;
  notAfter: Date;
  endpointCount: number;
  /** Names of what it replaces and what replaced it. */
  replaces: readonly string[];
  replacedBy: readonly string[];
  /** Page of the certificate in the web interface; null while the installation does not know its own address. */
  url: string | null;
}

export interface NotificationMessage {
  /** For example `expiration`, `rotation`, `revocation`, `failed`: `messageTypes` of the contracts. */
  event: string;
  /** How urgent it is for whoever is on duty. */
  severity: 'info' | 'warning' | 'error' | 'critical';
  /** One line, without line breaks. */
  subject: string;
  text: string;
  /** The same as HTML document; all values in it are escaped. */
  html: string;
  certificates: readonly NotifiedCertificate[];
  /** Days before the end at which an expiration is told; null for other messages. */
  intervalDays: number | null;
  /** JSON-safe facts of the event beside the certificates, for targets that render them on their own. */
  facts: Record<string, unknown>;
  /** E-mail addresses besides those that the options name; used by plugins that send mail alone. */
  recipients: readonly string[];
  /** Nobody else is told: those whom an earlier attempt did not reach (`DeliveryReceipt.undelivered`). */
  onlyTo?: readonly string[];
  /** Stays the same when a delivery is retried: targets that know such a thing drop the second one. */
  deliveryId: string;
  createdAt: Date;
}

export interface DeliveryReceipt {
  /** What the other side calls it, for example a message id; null where it says nothing. */
  reference: string | null;
  /** Whom it did not reach while others have it. Absent: everybody has it. */
  undelivered?: readonly UndeliveredRecipient[];
}

export interface UndeliveredRecipient {
  /** As the plugin calls it, which `onlyTo` names again. */
  recipient: string;
  /** The other side's words. */
  detail: string;
  /** The same message with `onlyTo` may reach it later. */
  isWorthRetrying: boolean;
}

/** Tells people or programs that something happened. */
export interface Notifier extends PluginLifecycle {
  /**
   * @throws AppError `failed_precondition` for a message, or all its recipients, that will never be taken: it is not repeated. `permission_denied`
   *   or `not_found` for a place that takes nothing from us until somebody sets something right, `upstream_timeout`, `unavailable` or
   *   `rate_limited` (with `retryAfterMs`) for one that is away: everything that goes there waits. `upstream_failed`: this one is tried again
   */
  send(message: NotificationMessage): Promise<DeliveryReceipt>;
  /**
   * How long a message may take, in milliseconds, where 90 s are not enough: for a protocol in which the other side has long to say that it
   * took it. The plugin ends by itself within that time.
   */
  readonly sendLimitMs?: number;
  /** Addresses or channel that its options name, for the record. */
  recipients?(): readonly string[];
  /** True for plugins that send mail: owner and security team are added to the recipients of their messages. */
  readonly takesRecipients?: boolean;
  /** True for plugins that send a message for each certificate: expirations are told one by one, so that what went out is known of each, whatever happens. */
  readonly isPerCertificate?: boolean;
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

/** A measurement with Lemur's name and tags; both may hold any text. */
export interface Measurement {
  name: string;
  type: 'counter' | 'gauge' | 'timer';
  /** What was counted since the last one of the same name and tags; the value of a gauge; milliseconds of a timer. May be NaN. */
  value: number;
  tags: Readonly<Record<string, string>>;
  /** To a second. */
  at: Date;
}

/** Passes measurements on to a monitoring system. */
export interface MetricSink extends PluginLifecycle {
  /**
   * Hands over what is there now, a thousand at most. Nothing is handed over again: a count that arrived would count twice. It ends within
   * some seconds.
   *
   * @throws AppError for a system that is away or refuses them; the host says so once a minute and counts what was lost
   */
  submit(measurements: readonly Measurement[]): Promise<void>;
}

/** Wraps and unwraps data keys with a key-encryption key that this process never sees. */
export interface Keystore extends PluginLifecycle {
  /** Names the key that `wrap` uses, for the record beside what is wrapped. */
  keyId(): Promise<string>;
  wrap(dataKey: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, keyId: string): Promise<Uint8Array>;
}
