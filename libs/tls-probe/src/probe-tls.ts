import { AppError } from '@sifaka/kernel';
import { connectionFault, type ServedAt } from '@sifaka/plugin-sdk';
import { cipherSuite, cipherSuites, hasCertificate, isTls13Suite } from './cipher-suites.js';
import { AlertFault, faultAt, placeOf } from './faults.js';
import { askCertificates, type Offer } from './handshake.js';
import type { KeyProof } from './key-proof.js';
import { startTls } from './starttls/start-tls.js';
import type { TlsVersion } from './tls-versions.js';
import { Wire, type Connect } from './wire.js';

export interface ProbeOptions {
  /** `Outbound.connect`. */
  connect: Connect;
  /** For everything together, from the name to the last answer. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** What a server presents to who asks as asked. Nothing of it is judged: neither trust nor name nor time. */
export interface PresentedTls {
  /** Exactly as sent, in that order: the first is the server's own. DER, but nobody has parsed it. */
  chainDer: Buffer[];
  protocol: TlsVersion;
  /** As OpenSSL names it. */
  cipher: string;
  /** Whether it holds the key of the certificate. */
  keyProof: KeyProof;
}

/**
 * Asks what is presented there. TLS 1.3 down to SSL 3: a server that does not understand the first hello is asked again with older ones, in
 * four connections at most, one after the other. The handshake is not completed.
 *
 * @throws AppError `upstream_timeout`, `upstream_failed` (reasons `tls.*`, `starttls.*`) for what the server does, `unavailable` when stopped;
 *   `invalid_argument` for a server name that none can have; as `connect` does
 */
export async function probeTls(target: ServedAt, options: ProbeOptions): Promise<PresentedTls> {
  assertServerName(target.serverName);
  const limit = { endAt: performance.now() + options.timeoutMs, signal: options.signal };
  let first: unknown;
  for (const offer of offers) {
    try {
      return await Wire.over(dialing(options.connect), target, limit, (wire) => present(wire, target, offer));
    } catch (error) {
      first ??= error instanceof Refused ? error.cause : error;
      if (!(error instanceof Refused)) break;
    }
  }
  throw faultAt(first, target);
}

const certificateCiphers = cipherSuites.filter((suite) => hasCertificate(suite) && !suite.name.includes('_NULL_'));
const all = certificateCiphers.map(({ id }) => id);
const old = certificateCiphers.filter((suite) => !isTls13Suite(suite)).map(({ id }) => id);
/** Servers of that age know no suite beyond the first hundred and some refuse long lists. */
const oldest = old.filter((id) => id < 0x0100 || (id >= 0xc001 && id <= 0xc019));

const offers: readonly Omit<Offer, 'serverName'>[] = [
  { versions: ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1'], ciphers: all },
  { versions: ['TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3'], ciphers: old },
  { versions: ['TLSv1', 'SSLv3'], ciphers: oldest },
  { versions: ['SSLv3'], ciphers: oldest.filter((id) => id < 0x0100) },
];

async function present(wire: Wire, target: ServedAt, offer: Omit<Offer, 'serverName'>): Promise<PresentedTls> {
  await startTls(wire, target);
  try {
    const { certificates, version, cipher, keyProof } = await askCertificates(wire, { ...offer, serverName: target.serverName });
    return { chainDer: certificates, protocol: version, cipher: cipherSuite(cipher).opensslName, keyProof };
  } catch (error) {
    throw isRefusal(error) ? new Refused(error) : error;
  }
}

/** The server did not take the hello; an older one may be to its liking. */
class Refused extends Error {
  constructor(cause: unknown) {
    super('refused', { cause });
  }
}

/** unexpected_message, handshake_failure, illegal_parameter, decode_error, protocol_version, insufficient_security, internal_error, missing and unsupported extension. */
const refusals = new Set([0, 10, 40, 47, 50, 70, 71, 80, 109, 110]);

/** Whether the server turned an offer down, rather than broke something. */
export const isRefusal = (error: unknown): boolean => (error instanceof AlertFault ? refusals.has(error.alert) : error instanceof AppError && error.reason === 'tls.closed');

/** Ways out without a guard, as tests use them, throw what Node throws. */
export const dialing =
  (connect: Connect): Connect =>
  async (target) => {
    try {
      return await connect(target);
    } catch (error) {
      throw error instanceof AppError ? error : connectionFault(placeOf(target.host, target.port), error);
    }
  };

const longestName = 255;

/** It goes into the hello, and into the clear before it. */
export function assertServerName(serverName: string | null): void {
  if (serverName === null || (serverName.length <= longestName && /^[A-Za-z0-9._:*-]+$/.test(serverName))) return;
  throw new AppError('invalid_argument', `the server name ${JSON.stringify(serverName.slice(0, 80))} is no host name`, { reason: 'tls.bad_name' });
}

