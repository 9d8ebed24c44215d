import { constants, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { signatureScheme } from './signature-schemes.js';

/**
 * Whether the server showed in the handshake that it holds the key of the certificate. Unknown: the key exchange (RSA, static ECDH) shows it
 * only to who goes on, or the algorithm is not one that is checked here.
 */
export type KeyProof = 'proven' | 'refuted' | 'unknown';

/** @param schemeId null before TLS 1.2: MD5 and SHA-1 together for RSA, SHA-1 for all else (RFC 4346 section 7.4.3) */
export function keyProof(certificateDer: Buffer, schemeId: number | null, signed: readonly Buffer[], signature: Buffer): KeyProof {
  try {
    const key = new X509Certificate(certificateDer).publicKey;
    const scheme = schemeId === null ? oldScheme(key) : signatureScheme(schemeId);
    if (scheme === undefined) return 'unknown';
    const padding = scheme.padding === undefined ? {} : { padding: scheme.padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    return verify(scheme.hash, Buffer.concat(signed), { key, ...padding }, signature) ? 'proven' : 'refuted';
  } catch {
    // A key or certificate that OpenSSL does not read.
    return 'unknown';
  }
}

const oldScheme = (key: KeyObject): { hash: string; padding?: number } => ({ hash: key.asymmetricKeyType === 'rsa' ? 'md5-sha1' : 'sha1' });
