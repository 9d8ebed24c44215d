import { constants } from 'node:crypto';

/** How a handshake is signed (RFC 8446 section 4.2.3; RFC 5246 section 7.4.1.4.1 reads the same numbers as hash and algorithm). */
export interface SignatureScheme {
  id: number;
  /** Null: the algorithm brings its own. */
  hash: string | null;
  padding?: number;
}

const pss = constants.RSA_PKCS1_PSS_PADDING;

export const signatureSchemes: readonly SignatureScheme[] = [
  { id: 0x0403, hash: 'sha256' },
  { id: 0x0503, hash: 'sha384' },
  { id: 0x0603, hash: 'sha512' },
  { id: 0x0807, hash: null },
  { id: 0x0808, hash: null },
  { id: 0x0804, hash: 'sha256', padding: pss },
  { id: 0x0805, hash: 'sha384', padding: pss },
  { id: 0x0806, hash: 'sha512', padding: pss },
  { id: 0x0809, hash: 'sha256', padding: pss },
  { id: 0x080a, hash: 'sha384', padding: pss },
  { id: 0x080b, hash: 'sha512', padding: pss },
  { id: 0x0401, hash: 'sha256' },
  { id: 0x0501, hash: 'sha384' },
  { id: 0x0601, hash: 'sha512' },
  { id: 0x0303, hash: 'sha224' },
  { id: 0x0301, hash: 'sha224' },
  { id: 0x0203, hash: 'sha1' },
  { id: 0x0201, hash: 'sha1' },
  { id: 0x0402, hash: 'sha256' },
  { id: 0x0202, hash: 'sha1' },
];

export const signatureScheme = (id: number): SignatureScheme | undefined => signatureSchemes.find((scheme) => scheme.id === id);
