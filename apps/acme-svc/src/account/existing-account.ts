import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { parsePrivateKey, toPkcs8Der } from '@sifaka/pki';
import { z } from 'zod';
import { publicKeyFrom, thumbprint } from '../protocol/jwk.js';

/** An account that was made elsewhere. */
export interface ExistingAccount {
  readonly pkcs8Der: Buffer;
  readonly thumbprint: string;
  /** URL of the account; null: the CA is asked for it. */
  readonly accountUrl: string | null;
}

const Text = z.string().max(4_096);

/** Private keys of the kinds that ACME signs with; numbers of multi-prime keys and other members are not looked at. */
const PrivateJwk = z.union([
  z.object({ kty: z.literal('RSA'), n: Text, e: Text, d: Text, p: Text, q: Text, dp: Text, dq: Text, qi: Text }),
  z.object({ kty: z.literal('EC'), crv: Text, x: Text, y: Text, d: Text }),
  z.object({ kty: z.literal('OKP'), crv: Text, x: Text, d: Text }),
]);

const Registration = z.object({ uri: z.url({ protocol: /^https?$/ }).max(2_048) });

/**
 * The account that the options `acme_private_key` and `acme_regr` describe: a JWK, as Lemur and certbot write it, or PEM; registration
 * JSON with a `uri`, or the URL itself.
 *
 * @throws AppError `failed_precondition` that names the option, without its content
 */
export function readExistingAccount({ privateKeyJwk, registration }: { privateKeyJwk: string; registration: string | null }): ExistingAccount {
  const key = readKey(privateKeyJwk.trim());
  return { pkcs8Der: toPkcs8Der(key), thumbprint: thumbprint(publicKeyFrom(key).jwk), accountUrl: registration === null || registration.trim() === '' ? null : readUrl(registration.trim()) };
}

function readKey(text: string): KeyObject {
  if (text.startsWith('-----BEGIN')) return fromPem(text);
  const read = PrivateJwk.safeParse(jsonOf(text));
  if (!read.success) {
    throw refused('acme_private_key', 'is neither a private JWK ({"kty": "RSA" | "EC" | "OKP", …} with the private members) nor a PEM private key; a value that Lemur encrypted has to be decrypted first');
  }
  try {
    const jwk: JsonWebKey = read.data;
    return createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    throw refused('acme_private_key', 'is a JWK whose numbers do not make a key');
  }
}

function fromPem(text: string): KeyObject {
  try {
    return parsePrivateKey(text);
  } catch (error) {
    throw refused('acme_private_key', error instanceof Error ? error.message : 'cannot be read');
  }
}

function readUrl(text: string): string {
  const read = Registration.safeParse(/^https?:/i.test(text) ? { uri: text } : jsonOf(text));
  if (!read.success) throw refused('acme_regr', 'is neither registration JSON with a "uri" nor the URL of an account');
  return read.data.uri;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (path: string, message: string): AppError =>
  new AppError('failed_precondition', `${path}: ${message}`, { reason: 'acme.bad_existing_account', fields: [{ path, message }] });
