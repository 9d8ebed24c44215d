import type { DerReader } from '../der/der-reader.js';
import type { Name } from './name.js';

/**
 * DER of the name: PrintableString for C, serialNumber and dnQualifier, IA5String for e-mail and DC, UTF8String else.
 * Errors: `invalid_argument` with a field named like the subject part (`country`, `commonName`) for values outside RFC 5280 appendix A.
 */
export function encodeName(_name: Name): Buffer {
  throw new Error('not built');
}

/** Reads a Name from the cursor, or from its DER bytes. */
export function parseName(_input: DerReader | Uint8Array): Name {
  throw new Error('not built');
}
