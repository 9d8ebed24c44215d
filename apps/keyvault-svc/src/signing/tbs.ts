import { DerReader, tags } from '@sifaka/pki';
import { isAppError } from '@sifaka/kernel';

/**
 * Serial number of the TBSCertificate (RFC 5280 section 4.1) that these bytes are, in the journal's form; null for anything else.
 *
 * The journal is worth what it can vouch for: no certificate is signed under another name (as a CRL, say), or with another
 * serial than the one that is recorded and held unique.
 */
export function certificateSerial(tbs: Uint8Array): string | null {
  try {
    const reader = DerReader.over(tbs).enter();
    const version = reader.explicit(0);
    // An OCSP response may spell its version out in the same place; a responder's name [1] or [2] follows there.
    if (version === undefined && !isFirstVersion(tbs)) return null;
    if (reader.peek() !== tags.integer) return null;
    return normalSerial(reader.read(tags.integer).content.toString('hex'));
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** Upper-case hex without leading zeros: one spelling for one number. */
export function normalSerial(hex: string): string {
  return hex.toUpperCase().replace(/^0+(?=.)/, '');
}

/** Version 1 has no version field: serial, algorithm, issuer, validity; a CRL has a time, a request attributes in the fourth place. */
function isFirstVersion(tbs: Uint8Array): boolean {
  const reader = DerReader.over(tbs).enter();
  const head = [reader.next(), reader.next(), reader.next(), reader.next()].map(({ tag }) => tag);
  return head[0] === tags.integer && head.slice(1).every((tag) => tag === tags.sequence);
}
