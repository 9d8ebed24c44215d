import { connect } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProbedServer {
  host?: string;
  port: number;
  /** Sent as SNI; none when left out. */
  serverName?: string;
}

export interface TlsProberOptions extends ProbedServer {
  /** How often it asks, each time by a new connection; 10 by default. */
  perSecond?: number;
}

export interface Probed {
  /** Milliseconds on the clock of `performance.now()` at which the handshake was over. */
  at: number;
  /** SHA-256 of the certificate, hex in lower case; null when the handshake failed. */
  fingerprint: string | null;
  /** What went wrong; null when nothing did. */
  fault: string | null;
}

export interface TlsProber {
  /** All that was seen until now, in order. */
  readonly seen: readonly Probed[];
  readonly failures: readonly Probed[];
  /** Each certificate that was served, once, in the order in which it was first seen. */
  fingerprints(): string[];
  /** Waits until this certificate is seen. @returns milliseconds from now */
  waitFor(fingerprint: string, limitMs?: number): Promise<number>;
  /**
   * Waits until nothing but this certificate is seen, several times in a row: while a server replaces its workers, old and new
   * ones answer side by side, so that one look proves nothing about the next.
   */
  waitUntilOnly(fingerprint: string, limitMs?: number): Promise<void>;
  /** Ends it once the last handshake is over. */
  stop(): Promise<void>;
}

const handshakeLimitMs = 5_000;
const looksInARow = 5;

/** A client that goes on asking a server for its certificate, and counts how often it did not get one. */
export function startTlsProber(options: TlsProberOptions): TlsProber {
  const seen: Probed[] = [];
  const underWay = new Set<Promise<void>>();
  const ask = () => {
    const asked = servedFingerprint(options)
      .then(
        (fingerprint) => ({ fingerprint, fault: null }),
        (error: unknown) => ({ fingerprint: null, fault: error instanceof Error ? error.message : String(error) }),
      )
      .then((result) => {
        seen.push({ at: performance.now(), ...result });
        underWay.delete(asked);
      });
    underWay.add(asked);
  };
  const timer = setInterval(ask, 1_000 / (options.perSecond ?? 10));
  ask();
  return {
    seen,
    get failures() {
      return seen.filter(({ fault }) => fault !== null);
    },
    fingerprints: () => [...new Set(seen.flatMap(({ fingerprint }) => (fingerprint === null ? [] : [fingerprint])))],
    waitFor: async (fingerprint, limitMs = 10_000) => {
      const from = performance.now();
      for (;;) {
        const hit = seen.find((one) => one.at >= from && one.fingerprint === fingerprint);
        if (hit !== undefined) return hit.at - from;
        if (performance.now() - from > limitMs) throw new Error(`${fingerprint} was not served within ${limitMs} ms; last seen: ${JSON.stringify(seen.at(-1))}`);
        await delay(5);
      }
    },
    waitUntilOnly: async (fingerprint, limitMs = 5_000) => {
      const from = performance.now();
      for (;;) {
        const latest = seen.filter(({ at }) => at >= from).slice(-looksInARow);
        if (latest.length === looksInARow && latest.every((one) => one.fingerprint === fingerprint)) return;
        if (performance.now() - from > limitMs) throw new Error(`${fingerprint} was not the only one within ${limitMs} ms; last seen: ${JSON.stringify(latest)}`);
        await delay(5);
      }
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

/** SHA-256 of the certificate that a server presents, hex in lower case, whoever signed it. */
export async function servedFingerprint(server: ProbedServer): Promise<string> {
  const [leaf] = await servedPath(server);
  if (leaf === undefined) throw new Error('the server presented no certificate');
  return leaf;
}

/** The same for all that it sends, leaf first. */
export function servedPath({ host = '127.0.0.1', port, serverName }: ProbedServer): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: handshakeLimitMs, ...(serverName !== undefined && { servername: serverName }) }, () => {
      resolve(pathOf(socket.getPeerCertificate(true)));
      socket.end();
    });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error(`no handshake within ${handshakeLimitMs} ms`)));
  });
}

interface Presented {
  fingerprint256?: string;
  issuerCertificate?: Presented;
}

function pathOf(leaf: Presented): string[] {
  const path: string[] = [];
  for (let one: Presented | undefined = leaf; one?.fingerprint256 !== undefined; one = one.issuerCertificate) {
    const fingerprint = one.fingerprint256.replaceAll(':', '').toLowerCase();
    if (path.includes(fingerprint)) break;
    path.push(fingerprint);
  }
  return path;
}
