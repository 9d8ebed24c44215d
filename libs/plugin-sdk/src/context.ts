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

/** All that a plugin may reach of the world around it. */
export interface PluginContext {
  logger: PluginLogger;
  clock: Clock;
  /** With time limit, proxy, private CA and the guard against private addresses already in place. */
  fetch: typeof globalThis.fetch;
  secrets: SecretReader;
  /** Aborted when the host stops; long operations give up then. */
  signal: AbortSignal;
  /** Cryptographically strong bytes. */
  random: (length: number) => Uint8Array;
}
