import { decodeOnePem, encodePem } from '../../der/pem.js';
import { readOnly } from '../../der/der-reader.js';
import { explicit, integer, oid, sequence, setOf } from '../../der/der-writer.js';
import { contextConstructed, tags } from '../../der/tag.js';
import { malformed } from '../../invalid.js';
import { berToDer } from '../ber.js';
import { containerLimits } from '../container-limits.js';

const signedData = '1.2.840.113549.1.7.2';
const data = '1.2.840.113549.1.7.1';

/**
 * Degenerate SignedData with certificates alone (RFC 2315 §9.1; `.p7b`, `.p7c`). The certificates keep their order, leaf first, although
 * DER would sort them: readers take the first for the certificate.
 */
export function encodePkcs7(certificatesDer: readonly Uint8Array[]): Buffer {
  const content = sequence(integer(1), setOf([]), sequence(oid(data)), explicit(0, ...certificatesDer), setOf([]));
  return sequence(oid(signedData), explicit(0, content));
}

/** No newline at the end. */
export const pkcs7Pem = (certificatesDer: readonly Uint8Array[]): string => encodePem('PKCS7', encodePkcs7(certificatesDer));

/**
 * Certificates of a PKCS#7 file, PEM text or DER, in its order; signed content is passed over.
 *
 * @throws AppError `invalid_argument`
 */
export function parsePkcs7(input: Uint8Array | string): Buffer[] {
  const der = typeof input === 'string' ? decodeOnePem(input, 'PKCS7', 'CMS').bytes : input;
  const contentInfo = readOnly(berToDer(der));
  if (contentInfo.peek() !== tags.oid || contentInfo.oid() !== signedData) throw malformed('the file is not PKCS#7 signed data');
  const content = contentInfo.explicit(0)?.enter();
  if (content === undefined) throw malformed('the PKCS#7 file has no content');
  content.integer();
  content.read(tags.set);
  content.read(tags.sequence);

  const certificates: Buffer[] = [];
  const set = content.enterOptional(contextConstructed(0));
  while (set !== undefined && !set.isAtEnd) {
    const element = set.next();
    // Other choices are attribute certificates and obsolete forms.
    if (element.tag === tags.sequence) certificates.push(element.raw);
    if (certificates.length > containerLimits.entries) throw malformed(`the file has more than ${containerLimits.entries} entries`);
  }
  return certificates;
}
