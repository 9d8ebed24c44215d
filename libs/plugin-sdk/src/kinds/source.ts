import type { StartTls } from './destination.js';
import type { PluginLifecycle } from './lifecycle.js';

export interface FoundCertificate {
  /** As it was found: what cannot be read is refused by the inventory with a reason, and does no harm. */
  certificateDer: Uint8Array;
  /** Issuer first, as far as it was found. */
  chainDer: Uint8Array[];
  /** What the place calls it. */
  name: string | null;
  externalId: string | null;
  /** E-mail address of whom the place names as its owner. */
  owner: string | null;
  description: string | null;
  /** Part of the place, for example a region; see `SourceFault.hides`. */
  scope?: string;
}

/** A certificate that an endpoint presents: by what the source calls it, or as it was seen there. */
export interface EndpointCertificate {
  name: string | null;
  externalId: string | null;
  certificateDer: Uint8Array | null;
  /** As presented, issuer first; only beside `certificateDer`. */
  chainDer: Uint8Array[];
  /** Presented to clients that name no server, or an unknown one. */
  isDefault: boolean;
}

export interface FoundEndpoint {
  name: string;
  /** With the port, what an endpoint is known by. */
  dnsName: string;
  port: number;
  /** For example `elb`, `elbv2`, `cloudfront`, `tls`. */
  type: string;
  /** What the place calls it, for example the ARN of a listener. */
  externalId: string | null;
  aliases: string[];
  certificates: EndpointCertificate[];
  /** Ciphers by the names that the place uses; protocol versions among them as `Protocol-TLSv1.2`. Null: nothing is known. */
  policy: { name: string; ciphers: string[] } | null;
  /** For example `iam` or `acm`. */
  registryType: string | null;
  certificatePath: string | null;
  /** Certificate store it serves from, as destinations name it in `Destination.store`. */
  store: string | null;
  /** SNI that it was asked with. */
  serverName: string | null;
  startTls: StartTls | null;
  scope?: string;
}

/** Parts of a place that are silent, as most of a network is: a fault only where something was found before, and passed over elsewhere. */
export interface SilentScopes {
  silentScopes: string[];
}

/** Something could not be read; the run goes on. */
export interface SourceFault {
  /** Names what: a certificate, a region, a host. */
  what: string;
  /** In words, without secrets. */
  reason: string;
  /** What went unseen because of it: only what was really looked for counts as gone when it is not found. */
  hides: 'nothing' | 'everything' | { scope: string } | SilentScopes;
}

export type Finding =
  | { kind: 'certificate'; certificate: FoundCertificate }
  | { kind: 'endpoint'; endpoint: FoundEndpoint }
  | { kind: 'fault'; fault: SourceFault }
  /** All before it was handed over: a run that is cut off goes on from here. */
  | { kind: 'checkpoint'; cursor: string };

export interface ScanRequest {
  /** Of the last checkpoint of a run that was cut off; null: from the beginning. */
  resumeAfter: string | null;
  signal: AbortSignal;
}

/** A certificate as the store behind an endpoint knows it. */
export interface StoredCertificate {
  name: string;
  externalId: string | null;
  /** SHA-256, hex. */
  fingerprint: string;
}

/** A place where certificates are found. */
export interface Source extends PluginLifecycle {
  /**
   * Everything that is there, in any order, as a stream: memory stays bounded however much it is.
   *
   * @throws AppError when nothing can be read at all; what fails in part is a fault among the findings
   */
  scan(request: ScanRequest): AsyncIterable<Finding>;
  /** Asks the place what this endpoint presents now; null when it is gone. */
  endpoint?(endpoint: FoundEndpoint): Promise<FoundEndpoint | null>;
  /**
   * Makes the endpoint present `to`, which its store holds already, where it presents `from`; what else it presents stays. Again changes nothing.
   */
  updateEndpoint?(endpoint: FoundEndpoint, change: { from: StoredCertificate; to: StoredCertificate }): Promise<void>;
  /** Takes a certificate out of the place; safe to call for one that is gone. */
  remove?(certificate: StoredCertificate): Promise<void>;
}
