import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

const Header = z.object({ url: z.string(), jwk: z.looseObject({ kty: z.string() }) });
const Payload = z.object({ certificate: z.string().max(65_536) });

/**
 * Certificate that a JWS signing input asks an ACME CA to revoke (RFC 8555 section 7.6), signed by the key in its header.
 *
 * @returns SubjectPublicKeyInfo of the certificate; null for bytes that are anything else
 */
export function certificateToRevoke(signingInput: Buffer): Buffer | null {
  const [header = '', payload = '', ...more] = signingInput.toString('latin1').split('.');
  if (more.length > 0 || !Header.safeParse(jsonOf(header)).success) return null;
  const read = Payload.safeParse(jsonOf(payload));
  if (!read.success) return null;
  try {
    return new X509Certificate(Buffer.from(read.data.certificate, 'base64url')).publicKey.export({ format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

function jsonOf(part: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
