import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Clock } from '@sifaka/kernel';

/** Structured log lines of one plugin; the host adds slug and trace. Never hand it a secret. */
export interface PluginLogger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Secrets behind references, read at the moment of use and not kept. */
export interface SecretReader {
  /** @throws AppError `not_found` for a reference that the key vault does not know */
  read(reference: string): Promise<string>;
}

/** Whom a TLS connection trusts and as whom it presents itself; what is left out is the system's choice. */
export interface TlsTrust {
  /** Certificates of private CAs, PEM; they are trusted besides the public ones. */
  caPem?: string;
  /** Client certificate with its chain, PEM; with `clientKeyPem`. */
  clientCertificatePem?: string;
  clientKeyPem?: string;
  /** Only ever false where an administrator said so in as many words. Default true. */
  isVerified?: boolean;
}

/**
 * The way out. Every address is looked up once, checked against private ranges unless an administrator allowed the host, and connected
 * to as checked; redirects are checked again; size and time have limits.
 *
 * @throws AppError `failed_precondition`, reason `outbound.refused`, for an address that must not be reached; `upstream_failed`,
 *   `upstream_timeout` and `unavailable` for what the other side does
 */
export interface Outbound {
  /** `fetch` with another trust than the system's. */
  fetchWith(trust: TlsTrust): typeof globalThis.fetch;
  /**
   * A plain TCP connection, for SSH, DNS, SMTP and other protocols.
   *
   * @param target with `isInstallations` only for an address that came from the configuration of the service (`installationOnly`) and
   *   from nowhere else: it may be private, because whoever set it could have opened it as well
   */
  connect(target: { host: string; port: number; timeoutMs?: number; isInstallations?: boolean }): Promise<Socket>;
  /**
   * For protocols that start TLS on their own on what `connect` opened.
   *
   * @throws AppError `failed_precondition` for a trust that cannot be used
   */
  secureContext(trust?: TlsTrust): SecureContext;
  /** Whether an administrator named this host as one that may be reached although its address is not public. */
  isNamed(target: { host: string; port: number }): boolean;
  /** For vendor SDKs that bring an HTTP client of their own. Close them with the instance. */
  agents(trust?: TlsTrust): { http: HttpAgent; https: HttpsAgent };
}

/** All that a plugin may reach of the world around it. */
export interface PluginContext {
  logger: PluginLogger;
  clock: Clock;
  /** With time limit, proxy and the guard against private addresses already in place. */
  fetch: typeof globalThis.fetch;
  outbound: Outbound;
  secrets: SecretReader;
  /** Aborted when the host stops; long operations give up then. */
  signal: AbortSignal;
  /** Cryptographically strong bytes. */
  random: (length: number) => Uint8Array;
}
