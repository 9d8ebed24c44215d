import type { PluginContext } from '../context.js';
import type { ExportedFile } from './exporter.js';
import type { PluginLifecycle } from './lifecycle.js';

/** A certificate at a destination: all but its key. */
export interface DeployedCertificate {
  /** Unique in the inventory. */
  name: string;
  commonName: string | null;
  certificateDer: Uint8Array;
  /** Issuer first. */
  chainDer: Uint8Array[];
  /** SHA-256 of the certificate, hex. Uploads are idempotent by it. */
  fingerprint: string;
  /** What the target called it when it was uploaded; null when it has no name there, or nobody knows it. */
  externalId: string | null;
}

/** A certificate with what belongs to it, on its way to where it is used. */
export interface DeployableCertificate extends Omit<DeployedCertificate, 'externalId'> {
  /** Null for destinations that declare `requiresKey: false`, or whose options say that they need none; with `takesKey` for certificates without one. */
  privateKeyPkcs8Der: Uint8Array | null;
  /** Certificates that this one replaces and that this destination holds, newest first: targets with names of their own put it in their place. */
  replaces?: readonly DeployedCertificate[];
}

/** What destinations reach besides what every plugin does. */
export interface DestinationContext extends PluginContext {
  /**
   * A certificate as a file of an export plugin, for options made by `exportPlugin()`. Secrets among its options are read for this moment.
   *
   * @throws AppError `invalid_argument` for an unknown plugin or options that it refuses, `failed_precondition` when the certificate lacks
   *   what the format needs
   */
  exportWith(slug: string, pluginOptions: readonly unknown[], certificate: DeployableCertificate): Promise<ExportedFile>;
}

/** Protocols whose connections begin in the clear. */
export const startTlsProtocols = ['smtp', 'imap', 'pop3', 'ftp', 'ldap', 'postgres', 'mysql', 'xmpp'] as const;
export type StartTls = (typeof startTlsProtocols)[number];

/** Where a client meets a certificate. */
export interface ServedAt {
  host: string;
  port: number;
  /** Sent as SNI (RFC 6066 section 3); null: none. */
  serverName: string | null;
  startTls: StartTls | null;
}

/** What became of an upload. */
export interface Uploaded {
  /** What the target calls it. */
  externalId: string | null;
  /** All of it was there already, so that the target was not told of it: see `Destination.reload`. */
  wasThere?: boolean;
}

/**
 * A place where certificates are put. What changes something there is given a signal last: it is aborted when the time is over, or when
 * somebody else may be at work there by now. Whoever listens ends with the step at hand, and begins none after it.
 */
export interface Destination extends PluginLifecycle {
  /** Names the far side, without contact: what was learned there holds for as long as this stays the same. */
  readonly place?: string;
  /**
   * Names the store that it fills, without contact and as sources name it in `FoundEndpoint.store`: an endpoint that serves from that store
   * can be pointed at what is uploaded here. For example `aws:iam:000011112222:/`.
   */
  readonly store?: string;
  /** Options that were left blank and that the first contact settled, such as the key of a host; the host of the plugin keeps them. */
  learned?(): Readonly<Record<string, string>>;
  /**
   * What the target will call it, the same as `upload` answers, told by options and certificate alone, without contact: before an upload it
   * is asked whose place that is. Null: nobody knows before. Left out where no certificate ever comes in the place of a stranger.
   */
  placeFor?(certificate: DeployedCertificate): string | null | Promise<string | null>;
  /**
   * Returns what the target calls it: the same for a certificate that took another one's place there. Uploading the same fingerprint
   * again changes nothing and answers the same, also when the answer to the first upload was lost.
   */
  upload(certificate: DeployableCertificate, signal?: AbortSignal): Promise<Uploaded>;
  /** Makes the target serve what is there already; for an upload that found everything as it should be. */
  reload?(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void>;
  /** True when the target holds exactly this certificate. */
  verify?(certificate: DeployedCertificate, signal?: AbortSignal): Promise<boolean>;
  /** Takes away this certificate, by fingerprint where it can be told: what took its place stays. Safe to call for one that is gone. */
  remove?(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void>;
  /** Where the target serves what is uploaded, by its options: the host of the plugin asks there whether it does. */
  endpoints?(certificate: DeployedCertificate): readonly ServedAt[];
  /** How long the target takes after an upload until it serves it there, at most, in milliseconds; and as long after a rollback. Default 2,500: it reloads at once. */
  readonly servedWithinMs?: number | undefined;
  /**
   * Puts back what the upload of this certificate replaced, and makes the target serve it; also after an upload that failed half-way or
   * was cut off by a crash. Where there was nothing before, what was uploaded is taken away. It is back already: changes nothing.
   *
   * @throws AppError reason `destination.not_reloaded` when it is back, and the target would not be told: what it serves is asked then
   */
  rollback?(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void>;
  /** The upload is proven: what was kept for a rollback may go. Safe to call again. */
  settle?(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void>;
  /** For HTTP-01 challenges: `path` is `.well-known/acme-challenge/<token>`. Putting it again and removing what is gone change nothing. */
  uploadToken?(token: { path: string; content: string }): Promise<void>;
  removeToken?(token: { path: string }): Promise<void>;
  /** For revocation lists and other public files: `name` has no folder in it. Replaces a former one of that name at once, so that nobody reads half of it. */
  publish?(file: PublishedFile, signal?: AbortSignal): Promise<void>;
  unpublish?(file: { name: string }, signal?: AbortSignal): Promise<void>;
}

export interface PublishedFile {
  /** For example `corp-ca.crl`: letters, digits, dot, hyphen, underscore. */
  name: string;
  mediaType: string;
  content: Uint8Array;
}
