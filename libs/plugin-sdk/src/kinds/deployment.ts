import type { PluginContext } from '../context.js';
import type { ExportedFile } from './exporter.js';
import type { PluginLifecycle } from './lifecycle.js';

/** A certificate with what belongs to it, on its way to where it is used. */
export interface DeployableCertificate {
  name: string;
  commonName: string | null;
  certificateDer: Uint8Array;
  /** Issuer first. */
  chainDer: Uint8Array[];
  /** Null for destinations that declare `requiresKey: false`. */
  privateKeyPkcs8Der: Uint8Array | null;
  /** SHA-256 of the certificate, hex. Uploads are idempotent by it. */
  fingerprint: string;
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

/** A place where certificates are put. */
export interface Destination extends PluginLifecycle {
  /** Names the far side, without contact: what was learned there holds for as long as this stays the same. */
  readonly place?: string;
  /** Options that were left blank and that the first contact settled, such as the key of a host; the host of the plugin keeps them. */
  learned?(): Readonly<Record<string, string>>;
  /** Returns what the target calls it. Uploading the same fingerprint again changes nothing. */
  upload(certificate: DeployableCertificate): Promise<{ externalId: string | null }>;
  /** True when the target holds exactly this certificate. */
  verify?(certificate: DeployableCertificate): Promise<boolean>;
  /** Safe to call for one that is gone. */
  remove?(certificate: Pick<DeployableCertificate, 'name' | 'fingerprint'>): Promise<void>;
  /** For HTTP-01 challenges: `path` is `.well-known/acme-challenge/<token>`. Putting it again and removing what is gone change nothing. */
  uploadToken?(token: { path: string; content: string }): Promise<void>;
  removeToken?(token: { path: string }): Promise<void>;
}

export interface FoundCertificate {
  certificateDer: Uint8Array;
  chainDer: Uint8Array[];
  name: string | null;
  externalId: string | null;
  owner: string | null;
  description: string | null;
}

export interface FoundEndpoint {
  name: string;
  dnsName: string;
  type: string;
  port: number;
  certificateName: string | null;
  certificatePath: string | null;
  registryType: string | null;
  policy: { name: string; ciphers: string[] } | null;
  aliases: string[];
}

/** A place where certificates are found. */
export interface Source extends PluginLifecycle {
  certificates(): AsyncIterable<FoundCertificate>;
  endpoints?(): AsyncIterable<FoundEndpoint>;
  certificateByName?(name: string): Promise<FoundCertificate | null>;
  /** Makes the endpoint serve another certificate that the place already holds. */
  updateEndpoint?(endpoint: FoundEndpoint, certificateName: string): Promise<void>;
  remove?(certificate: Pick<FoundCertificate, 'name' | 'externalId'>): Promise<void>;
}
