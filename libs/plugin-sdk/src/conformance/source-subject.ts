import type { Plugin } from '../define-plugin.js';
import type { StoredCertificate } from '../kinds/source.js';
import type { GivenOption } from './plugin-checks.js';
import type { TestContext } from './test-context.js';

export interface ExpectedCertificate {
  /** SHA-256, hex. */
  fingerprint: string;
  /** Certificates that are found above it; left out: not looked at. */
  chainLength?: number;
}

export interface ExpectedEndpoint {
  dnsName: string;
  port: number;
  /** SHA-256, hex, of what it presents; left out: not looked at. */
  fingerprint?: string;
}

export interface SourceSubject {
  plugin: Plugin<'source'>;
  /** Options with which the plugin works, as a client sends them. */
  options: readonly GivenOption[];
  /** What the administrator of the installation set, for `installationOnly` values. */
  installed?: Readonly<Record<string, unknown>>;
  /** Everything that the place holds: at least one. */
  certificates: () => readonly ExpectedCertificate[];
  /** Every endpoint that is there; left out: the source knows none. */
  endpoints?: () => readonly ExpectedEndpoint[];
  /** Options that the far side refuses, in place of those of the same name; none where it refuses nobody. */
  wrongCredentials: readonly GivenOption[];
  /** Options that lead to an address where nobody is, in place of those of the same name; none where there is no such thing. */
  away: readonly GivenOption[];
  /** Puts something in the place of a certificate that is none; returns what takes it away again. */
  breakOne?: () => Promise<() => Promise<void>> | (() => Promise<void>);
  /** Puts a certificate there that may be removed; required for sources that have `remove`. */
  removable?: () => Promise<StoredCertificate> | StoredCertificate;
  /** Certificates in the store of an endpoint that presents the first; required for sources that have `updateEndpoint`. */
  rotation?: () => Promise<Rotation> | Rotation;
  /** Instead of one that reaches loopback without guard. */
  context?: () => TestContext;
}

export interface Rotation {
  endpoint: { dnsName: string; port: number };
  from: StoredCertificate;
  to: StoredCertificate;
}

/** Values of secret options. */
export function secretsOf({ plugin, options }: SourceSubject, changes: readonly GivenOption[] = []): string[] {
  const sensitive = new Set(plugin.pluginOptions().flatMap(({ name, sensitive: isSecret }) => (isSecret === true ? [name] : [])));
  return [...options, ...changes].flatMap(({ name, value }) => (sensitive.has(name) && typeof value === 'string' ? [value] : []));
}
