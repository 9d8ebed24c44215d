import type { HashName } from '@sifaka/pki';

/**
 * Hash of a signing algorithm as clients name it: `sha384`, `SHA384withECDSA`, `sha512WithRSA`. The key decides the rest. SHA-1
 * is accepted as a name, because old clients send it, and becomes SHA-256. Undefined for anything else.
 */
export function signingHash(name: string): HashName | undefined {
  const [, bits] = /^sha-?(1|256|384|512)(?:with(?:rsa|ecdsa)(?:encryption)?)?$/i.exec(name) ?? [];
  return bits === undefined ? undefined : hashes[bits];
}

const hashes: Readonly<Record<string, HashName>> = { '1': 'sha256', '256': 'sha256', '384': 'sha384', '512': 'sha512' };
