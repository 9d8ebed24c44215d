/** What a SubjectPublicKeyInfo says about its key. */
export interface KeyFacts {
  /** `RSA<bits>`, the curve's type name, `ED25519`, or `null` for algorithms and curves without a name here. */
  readonly type: string | null;
  /** Modulus, field or key size; 0 when unknown. */
  readonly bits: number;
  readonly kind: 'rsa' | 'rsa-pss' | 'ec' | 'ed25519' | 'ed448' | 'dsa' | 'other';
  /** OID of the named curve, for `ec`. */
  readonly curveOid?: string;
}

/** Facts of a DER SubjectPublicKeyInfo. Errors: `invalid_argument` when it is malformed. */
export function describeKey(_spki: Uint8Array): KeyFacts {
  throw new Error('not built');
}

/** Type name of a DER SubjectPublicKeyInfo as in `KeyFacts.type`. */
export function keyTypeOf(spki: Uint8Array): string | null {
  return describeKey(spki).type;
}

/** SHA-1 of the subjectPublicKey bits: RFC 5280 §4.2.1.2 (1). */
export function keyIdentifier(_spki: Uint8Array): Buffer {
  throw new Error('not built');
}
