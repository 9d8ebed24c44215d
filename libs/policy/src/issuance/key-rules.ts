import { describeKey, isKeyType, rsaExponentOf, verifyCsr } from '@sifaka/pki';
import { refuse, type Refusal } from '../chain.js';
import type { IssuanceInput } from './issuance-input.js';
import { signingHash } from './signing-hash.js';

/** Below this RSA has been factored or is expected to be (NIST SP 800-131A); above it a handshake takes too long. */
const rsaBits = { min: 2_048, max: 8_192 };
const minRsaExponent = 65_537n;

export function keyTypeIsOffered({ ask, draft, offeredKeyTypes }: IssuanceInput): Refusal | null {
  if (ask.csr !== null || offeredKeyTypes.includes(draft.keyType)) return null;
  const why = isKeyType(draft.keyType) ? 'cannot be made by the cryptographic library that runs here' : 'is not a key type';
  return refuse('keyType', `"${draft.keyType}" ${why}; there are ${offeredKeyTypes.join(', ')}`, 'policy.key_type_unknown');
}

/** The one who asks for a certificate holds the key: the request is signed with it. */
export function requestIsSignedByItsKey({ ask: { csr } }: IssuanceInput): Refusal | null {
  if (csr === null) return null;
  const verdict = verifyCsr(csr);
  if (verdict === 'valid') return null;
  const why = verdict === 'invalid' ? 'its signature does not match its public key' : 'its signature algorithm is not supported';
  return refuse('csr', `the certificate signing request is refused: ${why}`, 'policy.csr_signature');
}

export function requestedKeyIsStrong({ ask: { csr } }: IssuanceInput): Refusal | null {
  if (csr === null) return null;
  const { kind, bits, type } = describeKey(csr.spki);
  if (kind === 'rsa') {
    if (bits < rsaBits.min || bits > rsaBits.max) return refuse('csr', `its RSA key has ${bits} bits, ${rsaBits.min} to ${rsaBits.max} are accepted`, 'policy.key_size');
    const exponent = rsaExponentOf(csr.spki) ?? 0n;
    if (exponent < minRsaExponent || exponent % 2n === 0n) return refuse('csr', `its RSA key has exponent ${exponent}, an odd one of ${minRsaExponent} or more is accepted`, 'policy.key_exponent');
    return null;
  }
  if ((kind === 'ec' || kind === 'ed25519') && type !== null) return null;
  return refuse('csr', 'its key is neither RSA, nor Ed25519, nor on a named curve that is known here', 'policy.key_type_unknown');
}

export function hashIsKnown({ ask: { signingAlgorithm } }: IssuanceInput): Refusal | null {
  if (signingAlgorithm === null || signingHash(signingAlgorithm) !== undefined) return null;
  return refuse('signingAlgorithm', `"${signingAlgorithm}" is not a signing algorithm; sha256, sha384 and sha512 are, also with WithRSA or WithECDSA`, 'policy.hash_unknown');
}
