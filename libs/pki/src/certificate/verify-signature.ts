import { constants, createPublicKey, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
import { describeKey, type KeyFacts } from '../key-type/public-key.js';
import { isSameName } from '../name/same-name.js';
import type { CertificateFacts } from './certificate-facts.js';
import type { SignatureAlgorithm } from './signature-algorithm.js';

/** `unsupported`: the algorithm or curve is not one that the running OpenSSL checks. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unsupported';

/** Whether `issuer` signed `certificate`: names first (cheap), then algorithm and key, then the signature. */
export function verifySignedBy(certificate: CertificateFacts, issuer: CertificateFacts): SignatureVerdict {
  const { issuerDer, tbs, signature, signatureAlgorithm } = certificate;
  if (!issuerDer.equals(issuer.subjectDer) && !isSameName(certificate.issuer, issuer.subject)) return 'invalid';
  return verifySignature(tbs, signature, signatureAlgorithm, issuer.spki);
}

/** Checks a signature over `data` with a DER SubjectPublicKeyInfo. */
export function verifySignature(data: Uint8Array, signature: Uint8Array, algorithm: SignatureAlgorithm, spki: Uint8Array): SignatureVerdict {
  if (algorithm.family === 'other' || isUnknownHash(algorithm)) return 'unsupported';
  let key: KeyFacts | undefined;
  try {
    key = describeKey(spki);
    if (!keyKinds[algorithm.family].includes(key.kind)) return 'invalid';
    return verify(algorithm.digest, data, keyInput(algorithm, publicKey(spki)), signature) ? 'valid' : 'invalid';
  } catch (fault) {
    return verdictOf(fault, key);
  }
}

/** As `verifySignature`, on a thread of its own and with a copy of the data: 16 MB take some 30 ms. */
export async function verifySignatureAside(data: Uint8Array, signature: Uint8Array, algorithm: SignatureAlgorithm, spki: Uint8Array): Promise<SignatureVerdict> {
  if (algorithm.family === 'other' || isUnknownHash(algorithm)) return 'unsupported';
  let key: KeyFacts | undefined;
  try {
    key = describeKey(spki);
    if (!keyKinds[algorithm.family].includes(key.kind)) return 'invalid';
    const input = keyInput(algorithm, publicKey(spki));
    return await new Promise((resolve, reject) => verify(algorithm.digest, data, input, signature, (fault, isValid) => (fault === null ? resolve(isValid ? 'valid' : 'invalid') : reject(fault))));
  } catch (fault) {
    return verdictOf(fault, key);
  }
}

function verdictOf(fault: unknown, key: KeyFacts | undefined): SignatureVerdict {
  // OpenSSL answers an unknown curve and a point off a known one with the same error.
  const isForeignCurve = key?.kind === 'ec' && key.type === null;
  return isForeignCurve || isUnsupported(fault) ? 'unsupported' : 'invalid';
}

const keyKinds: Readonly<Record<Exclude<SignatureAlgorithm['family'], 'other'>, readonly KeyFacts['kind'][]>> = {
  rsa: ['rsa'],
  'rsa-pss': ['rsa', 'rsa-pss'],
  ecdsa: ['ec'],
  dsa: ['dsa'],
  ed25519: ['ed25519'],
  ed448: ['ed448'],
};

function isUnknownHash({ family, digest, pss }: SignatureAlgorithm): boolean {
  // node:crypto always takes the hash of the signature for MGF1 too.
  if (family === 'rsa-pss') return digest === null || pss?.mgfHash !== digest;
  return false;
}

function keyInput({ family, pss }: SignatureAlgorithm, key: KeyObject): KeyObject | VerifyKeyObjectInput {
  if (family !== 'rsa-pss' || !pss) return key;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pss.saltLength };
}

// Importing a key costs about as much as using it, and one issuer's key checks many signatures.
const imported = new WeakMap<Uint8Array, KeyObject>();

function publicKey(spki: Uint8Array): KeyObject {
  const known = imported.get(spki);
  if (known) return known;
  const key = createPublicKey({ key: Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength), format: 'der', type: 'spki' });
  imported.set(spki, key);
  return key;
}

/** OpenSSL's word for algorithms and digests that it was built or configured without. */
function isUnsupported(fault: unknown): boolean {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : '';
  return code.includes('UNSUPPORTED') || code === 'ERR_CRYPTO_INVALID_DIGEST';
}
