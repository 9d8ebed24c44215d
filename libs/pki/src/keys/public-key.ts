import { createHash } from 'node:crypto';
import { readOnly } from '../der/der-reader.js';
import { invalidField } from '../invalid.js';
import { describeKey, type KeyFacts } from '../key-type/public-key.js';

/** Beyond this a single signature takes a second. */
const maxRsaBits = 16_384;

/**
 * Facts of a SubjectPublicKeyInfo of a kind that the product serves.
 *
 * @throws AppError `invalid_argument` for other algorithms than RSA, EC with a named curve, and Ed25519
 */
export function assertServedKey(subjectPublicKeyDer: Uint8Array, field = 'publicKey'): KeyFacts {
  const facts = describeKey(subjectPublicKeyDer);
  const { kind, bits, curveOid } = facts;
  if (kind !== 'rsa' && kind !== 'ec' && kind !== 'ed25519') throw invalidField(field, `keys of type ${kind} are not accepted, only RSA, EC and Ed25519`);
  if (kind === 'rsa' && bits > maxRsaBits) throw invalidField(field, `RSA keys of more than ${maxRsaBits} bits are not accepted`);
  if (kind === 'ec' && curveOid === undefined) throw invalidField(field, 'EC keys must name their curve, this one spells out its parameters');
  return facts;
}

/** Public exponent of an RSA SubjectPublicKeyInfo, null for other keys. */
export function rsaExponentOf(subjectPublicKeyDer: Uint8Array): bigint | null {
  if (describeKey(subjectPublicKeyDer).kind !== 'rsa') return null;
  const reader = readOnly(subjectPublicKeyDer);
  reader.enter();
  const key = reader.inside(reader.bitString()).enter();
  key.integer();
  return key.integer();
}

/** SHA-256 over the SubjectPublicKeyInfo, lower-case hex: the same for a key, its certificates and its requests. */
export const publicKeyFingerprint = (subjectPublicKeyDer: Uint8Array): string => createHash('sha256').update(subjectPublicKeyDer).digest('hex');
