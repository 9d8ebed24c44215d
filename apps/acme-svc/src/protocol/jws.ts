import { createHmac } from 'node:crypto';
import type { JwsAlgorithm, PublicJwk } from './jwk.js';

/** A key that signs JWS; its private half is elsewhere. */
export interface JwsKey {
  readonly jwk: PublicJwk;
  readonly algorithm: JwsAlgorithm;
  /** @returns the signature as it stands in a JWS */
  sign(input: Buffer): Promise<Buffer>;
}

/** Flattened JSON serialization (RFC 7515 section 7.2.2), the only one that RFC 8555 section 6.2 allows. */
export interface Jws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

export interface JwsHeader {
  readonly url: string;
  readonly nonce?: string;
  /** URL of the account; without it the key itself stands in the header. */
  readonly kid?: string | null;
}

/** What is signed: a JSON value, or null for POST-as-GET (RFC 8555 section 6.3). */
export type JwsPayload = Readonly<Record<string, unknown>> | null;

export async function signJws(key: JwsKey, { url, nonce, kid = null }: JwsHeader, payload: JwsPayload): Promise<Jws> {
  const header = { alg: key.algorithm.name, ...(nonce !== undefined && { nonce }), url, ...(kid === null ? { jwk: key.jwk } : { kid }) };
  const parts = { protected: base64url(JSON.stringify(header)), payload: payload === null ? '' : base64url(JSON.stringify(payload)) };
  const signature = await key.sign(Buffer.from(`${parts.protected}.${parts.payload}`, 'ascii'));
  return { ...parts, signature: signature.toString('base64url') };
}

/** External account binding (RFC 8555 section 7.3.4): the CA's own customer signs the new account's key. */
export function externalAccountBinding(jwk: PublicJwk, url: string, { kid, hmacKey }: { kid: string; hmacKey: Uint8Array }): Jws {
  const parts = { protected: base64url(JSON.stringify({ alg: 'HS256', kid, url })), payload: base64url(JSON.stringify(jwk)) };
  const signature = createHmac('sha256', hmacKey).update(`${parts.protected}.${parts.payload}`, 'ascii').digest('base64url');
  return { ...parts, signature };
}

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');
