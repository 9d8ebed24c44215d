import { AppError } from '@sifaka/kernel';
import { compactDecrypt, importJWK, SignJWT, type JWK } from 'jose';
import { z } from 'zod';
import type { StepOptions } from './options.js';

/** A token is for one request, which follows at once. */
const tokenSeconds = 120;

/** step-ca's default where a provisioner claims nothing else. */
const defaultMaxMs = 24 * 3_600_000;

export const Provisioner = z.object({
  type: z.string(),
  name: z.string(),
  key: z.looseObject({ kid: z.string().optional() }).optional(),
  encryptedKey: z.string().optional(),
  claims: z.object({ maxTLSCertDuration: z.string().optional() }).loose().nullish(),
});
export type Provisioner = z.output<typeof Provisioner>;

const PrivateJwk = z.looseObject({ kty: z.string(), d: z.string(), kid: z.string().optional(), alg: z.string().optional() });

/** Who a certificate may be asked for as; signs the one-time tokens that say so. */
export class ProvisionerKey {
  private constructor(
    private readonly name: string,
    private readonly jwk: JWK & { kid: string; alg: string },
  ) {}

  /** @throws AppError `permission_denied` for a wrong password, `failed_precondition` for a key that is none */
  static async open(provisioner: Provisioner, { provisioner_key: own, provisioner_password: password }: StepOptions): Promise<ProvisionerKey> {
    const jwk = privateJwk(own ?? (await decrypted(provisioner, password ?? '')), provisioner.name);
    const kid = jwk.kid ?? provisioner.key?.kid;
    if (kid === undefined) throw new AppError('failed_precondition', `the key of provisioner "${provisioner.name}" has no kid`, { reason: 'step.no_kid' });
    return new ProvisionerKey(provisioner.name, { ...jwk, kid, alg: jwk.alg ?? algorithmOf(jwk) });
  }

  /** A one-time token (step-ca, "JWK provisioner"). */
  async token({ audience, subject, sans, fingerprint, at, id }: TokenInput): Promise<string> {
    const { alg, kid } = this.jwk;
    const seconds = Math.floor(at.getTime() / 1_000);
    return new SignJWT({ sha: fingerprint, ...(sans !== null && { sans }) })
      .setProtectedHeader({ alg, kid, typ: 'JWT' })
      .setIssuer(this.name)
      .setAudience(audience)
      .setSubject(subject)
      .setJti(id)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + tokenSeconds)
      .sign(await importJWK(this.jwk, alg));
  }
}

export interface TokenInput {
  audience: string;
  subject: string;
  /** Null: none are named, for a revocation. */
  sans: string[] | null;
  fingerprint: string;
  at: Date;
  id: string;
}

/** Longest validity that the provisioner lets a certificate have, in milliseconds. */
export function maxValidityMs({ claims }: Provisioner): number {
  return claims?.maxTLSCertDuration === undefined ? defaultMaxMs : durationMs(claims.maxTLSCertDuration);
}

/** A Go duration such as `24h0m0s`, in milliseconds. */
function durationMs(text: string): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0);
}

async function decrypted({ name, encryptedKey }: Provisioner, password: string): Promise<string> {
  if (encryptedKey === undefined) throw new AppError('failed_precondition', `the CA does not keep the key of provisioner "${name}": give it as provisioner_key`, { reason: 'step.no_key' });
  try {
    const { plaintext } = await compactDecrypt(encryptedKey, Buffer.from(password), { keyManagementAlgorithms: ['PBES2-HS256+A128KW'], maxPBES2Count: 1_000_000 });
    return Buffer.from(plaintext).toString('utf8');
  } catch (error) {
    throw new AppError('permission_denied', `the password does not open the key of provisioner "${name}"`, { reason: 'step.wrong_password', cause: error });
  }
}

function privateJwk(text: string, name: string): z.output<typeof PrivateJwk> {
  try {
    return PrivateJwk.parse(JSON.parse(text));
  } catch {
    // Without cause: a fault of the JSON reader quotes the text.
    throw new AppError('failed_precondition', `the key of provisioner "${name}" is not a private key in JWK form`, { reason: 'step.bad_key' });
  }
}

function algorithmOf({ kty, crv }: JWK): string {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'OKP') return 'EdDSA';
  return crv === 'P-384' ? 'ES384' : crv === 'P-521' ? 'ES512' : 'ES256';
}
