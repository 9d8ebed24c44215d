import { hash } from 'node:crypto';
import { decodeBits, readOnly, type DerReader } from '../der/der-reader.js';
import { tags } from '../der/tag.js';
import { malformed } from '../invalid.js';
import { keyTypeNames, keyTypes, type KeyTypeSpec } from './key-types.js';

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
export function describeKey(spki: Uint8Array): KeyFacts {
  const reader = readOnly(spki);
  const algorithm = reader.enter();
  const kind = kinds[algorithm.oid()] ?? 'other';
  const bits = reader.read(tags.bitString).content;
  switch (kind) {
    case 'rsa':
    case 'rsa-pss': {
      const size = modulusBits(decodeBits(bits).bytes);
      return { type: `RSA${size}`, bits: size, kind };
    }
    case 'ec':
      return describeCurve(algorithm);
    case 'ed25519':
      return { type: 'ED25519', bits: 256, kind };
    case 'ed448':
      return { type: null, bits: 456, kind };
    case 'dsa':
      return { type: null, bits: dsaBits(algorithm), kind };
    case 'other':
      return { type: null, bits: 0, kind };
  }
}

/** Type name of a DER SubjectPublicKeyInfo as in `KeyFacts.type`. */
export function keyTypeOf(spki: Uint8Array): string | null {
  return describeKey(spki).type;
}

/** SHA-1 of the subjectPublicKey bits: RFC 5280 §4.2.1.2 (1). */
export function keyIdentifier(spki: Uint8Array): Buffer {
  const reader = readOnly(spki);
  reader.enter();
  return hash('sha1', decodeBits(reader.read(tags.bitString).content).bytes, 'buffer');
}

const kinds: Readonly<Record<string, KeyFacts['kind']>> = {
  '1.2.840.113549.1.1.1': 'rsa',
  '1.2.840.113549.1.1.10': 'rsa-pss',
  '1.2.840.10045.2.1': 'ec',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
  '1.2.840.10040.4.1': 'dsa',
};

// Read back, the aliases answer with the names ECCPRIME192V1, ECCPRIME256V1 and ECCSECT571R2: the first of each in the table.
const typeByCurve = new Map<string, { type: string; bits: number }>();
for (const type of keyTypeNames) {
  const spec: KeyTypeSpec = keyTypes[type];
  if (spec.kind === 'ec' && !typeByCurve.has(spec.curveOid)) typeByCurve.set(spec.curveOid, { type, bits: spec.bits });
}

/** Sizes of named curves without a type name here (Brainpool and others met in discovered certificates). */
const otherCurveBits: Readonly<Record<string, number>> = {
  '1.3.36.3.3.2.8.1.1.7': 256,
  '1.3.36.3.3.2.8.1.1.8': 256,
  '1.3.36.3.3.2.8.1.1.11': 384,
  '1.3.36.3.3.2.8.1.1.12': 384,
  '1.3.36.3.3.2.8.1.1.13': 512,
  '1.3.36.3.3.2.8.1.1.14': 512,
  '1.2.156.10197.1.301': 256,
};

function describeCurve(algorithm: DerReader): KeyFacts {
  if (algorithm.peek() !== tags.oid) return { type: null, bits: 0, kind: 'ec' };
  const curveOid = algorithm.oid();
  const known = typeByCurve.get(curveOid);
  return { type: known?.type ?? null, bits: known?.bits ?? otherCurveBits[curveOid] ?? 0, kind: 'ec', curveOid };
}

function modulusBits(key: Buffer): number {
  const modulus = readOnly(key).read(tags.integer).content;
  const start = modulus[0] === 0 ? 1 : 0;
  const top = modulus[start];
  if (top === undefined) throw malformed('an RSA key has an empty modulus');
  return (modulus.length - start) * 8 - (Math.clz32(top) - 24);
}

function dsaBits(algorithm: DerReader): number {
  return algorithm.enterOptional(tags.sequence)?.integer().toString(2).length ?? 0;
}
