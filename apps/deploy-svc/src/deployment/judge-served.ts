import { parseCertificate, type CertificateFacts } from '@sifaka/pki';

/** What a server presents. */
export interface Served {
  /** DER, as presented: the server's own first. */
  chainDer: readonly Uint8Array[];
  /** Whether the handshake showed that it has the key. */
  keyProof: 'proven' | 'refuted' | 'unknown';
}

/** What a server is to present. */
export interface Expected {
  certificateDer: Uint8Array;
  /** Issuer first. */
  chainDer: readonly Uint8Array[];
}

/**
 * Whether a server presents the certificate and its chain: every certificate of the chain but the root, which clients have themselves (RFC 8446
 * section 4.4.2). What it presents besides does no harm, and the order is not asked for (clients cope).
 *
 * @returns null when it does, else what is wrong, in words
 */
export function judgeServed({ chainDer: presented, keyProof }: Served, { certificateDer, chainDer }: Expected): string | null {
  const [own, ...others] = presented;
  if (own === undefined) return 'no certificate is presented';
  if (!isSame(own, certificateDer)) return `another certificate is presented: ${named(own)}`;
  if (keyProof === 'refuted') return `${named(own)} is presented without its private key: the server signs with another`;
  const missing = chainDer.filter((der) => !isRoot(der) && !isSame(der, certificateDer) && !others.some((each) => isSame(each, der)));
  return missing.length === 0 ? null : `the chain is not presented: ${missing.map((der) => named(der)).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
}

/**
 * Whether what was served before an upload is served again.
 *
 * @param before its fingerprint; null: it is not known, and anything but `undone` will do
 * @param undone the certificate that was to go, DER
 */
export function judgeRestored({ chainDer: [own] }: Served, before: string | null, undone: Uint8Array): string | null {
  if (own === undefined) return 'no certificate is presented';
  const facts = factsOf(own);
  if (before !== null) return facts?.fingerprintSha256 === before ? null : `what was served before is not served: ${named(own)} is`;
  return isSame(own, undone) ? `${named(own)} is still served` : null;
}

/** Common name and the beginning of the fingerprint: enough to find it by. */
export function named(der: Uint8Array): string {
  const facts = factsOf(der);
  if (facts === undefined) return 'something that cannot be read as a certificate';
  const name = facts.cn ?? facts.serialHex;
  return `"${name.slice(0, 100)}" (SHA-256 ${facts.fingerprintSha256.slice(0, 16)}…)`;
}

export const fingerprintOf = (der: Uint8Array): string | null => factsOf(der)?.fingerprintSha256 ?? null;

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

const isRoot = (der: Uint8Array): boolean => factsOf(der)?.isSelfSigned === true;

/** A server says what it likes. */
function factsOf(der: Uint8Array): CertificateFacts | undefined {
  try {
    return parseCertificate(Buffer.from(der));
  } catch {
    return undefined;
  }
}
