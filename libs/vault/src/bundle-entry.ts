import { decodePem, parseCertificate } from '@sifaka/pki';
import { z } from 'zod';

/** What stands under a common name in a secret, in one of the styles of Lemur: certificate first, key and lists aside. */
const Entry = z.looseObject({ crt: z.string().optional(), pem: z.string().optional(), chain: z.string().optional() });

export interface BundleEntry {
  certificateDer: Uint8Array;
  /** As it stands there, issuer first. */
  chainDer: Uint8Array[];
}

/**
 * The certificates of an entry: of `crt`, else of `pem`, else of the first value that begins with one; then those of `chain`.
 *
 * @throws RangeError that says what is missing or cannot be read, without a word of the entry
 */
export function readBundleEntry(entry: unknown): BundleEntry {
  const read = Entry.safeParse(entry).data;
  if (read === undefined) throw new RangeError('is no object with crt or pem');
  const body = read.crt ?? read.pem ?? Object.values(read).find((value) => typeof value === 'string' && value.trimStart().startsWith('-----BEGIN CERTIFICATE-----'));
  if (typeof body !== 'string') throw new RangeError('has neither crt nor pem, nor a certificate elsewhere');
  const [certificateDer, ...rest] = certificatesIn(body);
  if (certificateDer === undefined) throw new RangeError('holds no certificate where one should be');
  return { certificateDer, chainDer: [...rest, ...certificatesIn(read.chain ?? '')] };
}

/** SHA-256 of the certificate of an entry, hex; null when there is none that can be read. */
export function entryFingerprint(entry: unknown): string | null {
  try {
    return parseCertificate(readBundleEntry(entry).certificateDer).fingerprintSha256;
  } catch {
    return null;
  }
}

function certificatesIn(text: string): Uint8Array[] {
  try {
    return decodePem(text).flatMap(({ label, bytes }) => (label === 'CERTIFICATE' ? [bytes] : []));
  } catch (error) {
    throw new RangeError(`holds broken PEM${error instanceof Error ? `: ${error.message}` : ''}`);
  }
}
