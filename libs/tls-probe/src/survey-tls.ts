import { isAppError, type AppError } from '@sifaka/kernel';
import type { ServedAt } from '@sifaka/plugin-sdk';
import { cipherSuite, cipherSuites, isTls13Suite } from './cipher-suites.js';
import { fault, faultAt } from './faults.js';
import { askChoice, type Choice } from './handshake.js';
import { assertServerName, dialing, isRefusal, type ProbeOptions } from './probe-tls.js';
import { askSsl2 } from './ssl2.js';
import { startTls } from './starttls/start-tls.js';
import { tlsVersions, type TlsVersion } from './tls-versions.js';
import { Wire } from './wire.js';

export interface SurveyOptions extends ProbeOptions {
  /** Protocol versions alone, or the cipher suites of each as well: one connection for each suite that is accepted. */
  what: 'protocols' | 'ciphers';
  /** Of `probeTls`, when it was asked before: newer ones are not asked for again. */
  known?: TlsVersion;
  /** For one connection; `timeoutMs` is for all of them together. Default 5 s. */
  connectionTimeoutMs?: number;
  /** Default 150: servers that accept everything have about 100 suites. */
  maxConnections?: number;
}

export interface TlsSurvey {
  /** Null: the server did neither accept nor refuse. */
  protocols: { version: TlsVersion; isSupported: boolean | null }[];
  /** As OpenSSL names them, of all versions together, newest version and best suite first. */
  ciphers: string[];
  /** False when time or connections ran out, or the server stopped answering. */
  isComplete: boolean;
}

/**
 * Asks which protocol versions, and which cipher suites, a server accepts; one connection after the other.
 *
 * @throws AppError when nothing at all can be learned, or when stopped; see `probeTls`
 */
export async function surveyTls(target: ServedAt, options: SurveyOptions): Promise<TlsSurvey> {
  assertServerName(target.serverName);
  return new Survey(target, options).run();
}

const defaults = { connectionTimeoutMs: 5_000, maxConnections: 150 } as const;
const newestFirst = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3'] as const;

class Survey {
  private readonly endAt: number;
  private readonly accepted = new Set<number>();
  private readonly supported = new Set<TlsVersion>();
  private connectionsLeft: number;
  private fault: AppError | null = null;

  constructor(
    private readonly target: ServedAt,
    private readonly options: SurveyOptions,
  ) {
    this.endAt = performance.now() + options.timeoutMs;
    this.connectionsLeft = options.maxConnections ?? defaults.maxConnections;
  }

  async run(): Promise<TlsSurvey> {
    const unknownFrom = await this.listVersions();
    if (this.fault !== null && this.supported.size === 0) throw faultAt(this.fault, this.target);
    const protocols = tlsVersions.map((version) => ({ version, isSupported: this.supported.has(version) || (unknownFrom.has(version) ? null : false) }));
    if (this.options.what === 'ciphers') for (const version of newestFirst) if (this.supported.has(version)) await this.listCiphers(version);
    return { protocols, ciphers: [...this.accepted].map((id) => cipherSuite(id).opensslName), isComplete: this.fault === null };
  }

  /**
   * A server takes the newest version that both sides know: what is older than its choice is offered next, until it takes none.
   *
   * @returns versions that nothing could be learned about
   */
  private async listVersions(): Promise<Set<TlsVersion>> {
    let left: readonly SurveyedVersion[] = newestFirst;
    const { known } = this.options;
    if (known !== undefined) left = this.take(known, left);
    while (left.length > 0) {
      const chosen = await this.choice(left, suitesOf(left));
      if (chosen === 'fault') return new Set<TlsVersion>([...left, 'SSLv2']);
      if (chosen === null) break;
      if (this.options.what === 'ciphers') this.accepted.add(chosen.cipher);
      left = this.take(chosen.version, left);
    }
    // Nobody has SSL 2 who has nothing else of that age.
    const { supported } = this;
    if (!supported.has('SSLv3') && !supported.has('TLSv1') && !supported.has('TLSv1.1')) return new Set();
    const hasSsl2 = await this.asked(askSsl2, false);
    if (hasSsl2 === true) this.supported.add('SSLv2');
    return new Set(hasSsl2 === 'fault' ? ['SSLv2'] : []);
  }

  private take(version: TlsVersion, left: readonly SurveyedVersion[]): readonly SurveyedVersion[] {
    this.supported.add(version);
    return left.slice(left.findIndex((each) => each === version) + 1);
  }

  /** The server takes one of those that are left, until it takes none. */
  private async listCiphers(version: SurveyedVersion): Promise<void> {
    for (;;) {
      const ciphers = suitesOf([version]).filter((id) => !this.accepted.has(id));
      if (ciphers.length === 0) return;
      const chosen = await this.choice([version], ciphers);
      if (chosen === null || chosen === 'fault') return;
      this.accepted.add(chosen.cipher);
    }
  }

  private choice(versions: readonly SurveyedVersion[], ciphers: readonly number[]): Promise<Choice | null | 'fault'> {
    return this.asked<Choice | null>((wire) => askChoice(wire, { versions, ciphers, serverName: this.target.serverName }), null);
  }

  /** What a connection tells; `refusal` when the server turns down what is offered, and a fault when it does neither. */
  private async asked<T>(ask: (wire: Wire) => Promise<T>, refusal: T): Promise<T | 'fault'> {
    const { connect, signal, connectionTimeoutMs = defaults.connectionTimeoutMs } = this.options;
    const endAt = Math.min(this.endAt, performance.now() + connectionTimeoutMs);
    const progress = { hasBegun: false };
    try {
      if (this.connectionsLeft === 0) throw fault('tls.limit', 'has more to say than the connections allow');
      this.connectionsLeft -= 1;
      return await Wire.over(dialing(connect), this.target, { endAt, signal }, async (wire) => {
        await startTls(wire, this.target);
        progress.hasBegun = true;
        return ask(wire);
      });
    } catch (error) {
      if (signal?.aborted === true || !isAppError(error)) throw faultAt(error, this.target);
      if (progress.hasBegun && (isRefusal(error) || error.reason === 'tls.not_offered' || error.reason === 'tls.not_tls')) return refusal;
      this.fault ??= error;
      return 'fault';
    }
  }
}

type SurveyedVersion = (typeof newestFirst)[number];

/** Those that one of the versions can use. */
function suitesOf(versions: readonly SurveyedVersion[]): number[] {
  const isSsl3 = versions.every((version) => version === 'SSLv3');
  return cipherSuites
    .filter((suite) => (isTls13Suite(suite) ? versions.includes('TLSv1.3') : versions.some((version) => version !== 'TLSv1.3')) && (!isSsl3 || suite.id < 0x0100))
    .map(({ id }) => id);
}
