import { createHash, X509Certificate } from 'node:crypto';
import { decodePem } from '@sifaka/pki';

/** What AWS holds, as bytes. */
export interface CertificateBytes {
  certificateDer: Uint8Array;
  /** Issuer first, as far as AWS holds it. */
  chainDer: Uint8Array[];
  /** SHA-256 of the certificate, hex. */
  fingerprint: string;
}

/** Longer than any chain that somebody serves. */
const maxChainLength = 10;

/**
 * @param body, chain PEM as AWS answers it
 * @throws AppError `invalid_argument` for a body without a certificate; a chain that cannot be read counts as none
 */
export function certificateBytes(body: string, chain: string | undefined): CertificateBytes | null {
  const [certificateDer] = blocksOf(body);
  if (certificateDer === undefined) return null;
  return { certificateDer, chainDer: chainOf(chain), fingerprint: fingerprintOf(certificateDer) };
}

function chainOf(chain: string | undefined): Uint8Array[] {
  try {
    return blocksOf(chain ?? '').slice(0, maxChainLength);
  } catch {
    return [];
  }
}

const blocksOf = (pem: string): Uint8Array[] => decodePem(pem).flatMap(({ label, bytes }) => (label === 'CERTIFICATE' ? [bytes] : []));

export const fingerprintOf = (certificateDer: Uint8Array): string => createHash('sha256').update(certificateDer).digest('hex');

/** Clients have the root already, and AWS has no use for it. */
export const withoutRoot = (chainDer: readonly Uint8Array[]): Uint8Array[] => chainDer.filter((der) => !isSelfSigned(der));

function isSelfSigned(der: Uint8Array): boolean {
  try {
    const certificate = new X509Certificate(der);
    return certificate.checkIssued(certificate);
  } catch {
    return false;
  }
}
