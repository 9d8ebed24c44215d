export type HashName = 'sha256' | 'sha384' | 'sha512';

/** An AlgorithmIdentifier with what is needed to make or check the signature. */
export interface SignatureAlgorithm {
  /** For example `sha256WithRSAEncryption`, `ecdsa-with-SHA384`, `rsassaPss`, `ed25519`; the OID when unknown. */
  readonly name: string;
  readonly oid: string;
  /** DER AlgorithmIdentifier. */
  readonly der: Buffer;
  readonly family: 'rsa' | 'rsa-pss' | 'ecdsa' | 'ed25519' | 'ed448' | 'other';
  /** Hash name such as `sha256`; `null` when the algorithm has none of its own (Ed25519) or is unknown. */
  readonly hash: string | null;
  /** Digest argument for `sign(digest, …)` of node:crypto; `null` for Ed25519. */
  readonly digest: string | null;
}

/**
 * Signature algorithm of a CA key: RSA PKCS#1 v1.5, ECDSA (DER signature, node's default `dsaEncoding`), or Ed25519 whatever the hash.
 * Errors: `invalid_argument` for key types that cannot sign here.
 */
export function signatureAlgorithmFor(_keyType: string, _hash: HashName = 'sha256'): SignatureAlgorithm {
  throw new Error('not built');
}
