import type { DerElement, DerReader } from '../../der/der-reader.js';

/** AlgorithmIdentifier as it was read; the parameters are left to who knows the algorithm. */
export interface Algorithm {
  oid: string;
  parameters: DerElement | undefined;
}

export function readAlgorithm(reader: DerReader): Algorithm {
  const algorithm = reader.enter();
  const oid = algorithm.oid();
  const parameters = algorithm.isAtEnd ? undefined : algorithm.next();
  algorithm.finish();
  return { oid, parameters };
}

export const oids = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  pbmac1: '1.2.840.113549.1.5.14',
  scrypt: '1.3.6.1.4.1.11591.4.11',
  hmacSha1: '1.2.840.113549.2.7',
  hmacSha224: '1.2.840.113549.2.8',
  hmacSha256: '1.2.840.113549.2.9',
  hmacSha384: '1.2.840.113549.2.10',
  hmacSha512: '1.2.840.113549.2.11',
  aes128Cbc: '2.16.840.1.101.3.4.1.2',
  aes192Cbc: '2.16.840.1.101.3.4.1.22',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  tripleDesCbc: '1.2.840.113549.3.7',
  /** Password-based encryption of PKCS#12 (RFC 7292 appendix C). */
  pbeSha1Rc4: '1.2.840.113549.1.12.1.1',
  pbeSha1Rc4Short: '1.2.840.113549.1.12.1.2',
  pbeSha1TripleDes: '1.2.840.113549.1.12.1.3',
  pbeSha1TripleDesTwoKeys: '1.2.840.113549.1.12.1.4',
  pbeSha1Rc2: '1.2.840.113549.1.12.1.5',
  pbeSha1Rc2Short: '1.2.840.113549.1.12.1.6',
  pbeMd5Des: '1.2.840.113549.1.5.3',
  pbeSha1Des: '1.2.840.113549.1.5.10',
  sunKeyProtector: '1.3.6.1.4.1.42.2.17.1.1',
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

/** Ciphers that are known, and deliberately not read: their names for the refusal. */
export const refusedCiphers: ReadonlyMap<string, string> = new Map([
  [oids.pbeSha1Rc2, 'RC2 with 128 bits'],
  [oids.pbeSha1Rc2Short, 'RC2 with 40 bits'],
  [oids.pbeSha1Rc4, 'RC4 with 128 bits'],
  [oids.pbeSha1Rc4Short, 'RC4 with 40 bits'],
  [oids.pbeMd5Des, 'single DES with MD5'],
  [oids.pbeSha1Des, 'single DES with SHA-1'],
  [oids.sunKeyProtector, 'the protection of Java key stores'],
]);
