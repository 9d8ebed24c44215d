import { sign, verify, type KeyObject } from 'node:crypto';
import { AppError, limits, type Clock } from '@sifaka/kernel';
import { Principal } from '@sifaka/contracts';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/**
 * The signed caller context: `v1.<payload>.<signature>`, both base64url, the signature Ed25519 over `v1.<payload>`.
 *
 * The gateway alone holds the private key; every service can check whom the gateway authenticated, and pass the token on.
 */
export function signCallerContext(privateKey: KeyObject, principal: Principal, now: Date): string {
  const claims = JSON.stringify({ principal, expiresAt: now.getTime() + limits.callerContextMs });
  const signed = `${version}.${Buffer.from(claims).toString('base64url')}`;
  const token = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
  if (token.length > tokenChars) {
    throw new AppError(
      'failed_precondition',
      `the context of the caller has ${token.length} characters, the bus takes ${tokenChars}: too many roles`,
    );
  }
  return token;
}

/** @throws AppError `unauthenticated` for anything but a token of that key that has not expired. */
export function verifyCallerContext(publicKey: KeyObject, token: string, now: Date): Principal {
  return openToken(publicKey, token, now).principal;
}

/** Signs for the gateway; one signature serves a principal for 20 seconds. */
export class CallerContextSigner {
  private readonly tokens = new LRUCache<string, { token: string; signedAt: number }>({ max: cachedTokens });

  constructor(
    private readonly privateKey: KeyObject,
    private readonly clock: Clock,
  ) {}

  token(principal: Principal): string {
    const now = this.clock.now();
    const key = JSON.stringify(principal);
    const known = this.tokens.get(key);
    // A clock that was set back has made tokens that nobody takes before it comes there again.
    if (known !== undefined && Math.abs(now.getTime() - known.signedAt) < reuseMs) return known.token;
    const token = signCallerContext(this.privateKey, principal, now);
    this.tokens.set(key, { token, signedAt: now.getTime() });
    return token;
  }
}

/** Verifies for a service; a token that was good stays good until it expires. */
export class CallerContextVerifier {
  private readonly opened = new LRUCache<string, Claims>({ max: cachedTokens });

  constructor(
    private readonly publicKey: KeyObject,
    private readonly clock: Clock,
  ) {}

  principal(token: string): Principal {
    const now = this.clock.now();
    const known = this.opened.get(token);
    if (known !== undefined) {
      refuseExpired(known, now);
      return known.principal;
    }
    const claims = openToken(this.publicKey, token, now);
    this.opened.set(token, claims);
    return claims.principal;
  }
}

const version = 'v1';
/** A user with 200 roles needs about 10,000. */
const tokenChars = 32_768;
const reuseMs = 20_000;
const cachedTokens = 10_000;
/** Clocks of two hosts may differ by this much. */
const skewMs = 5_000;

const Claims = z.strictObject({ principal: Principal, expiresAt: z.int() });
type Claims = z.output<typeof Claims>;

function openToken(publicKey: KeyObject, token: string, now: Date): Claims {
  if (token.length > tokenChars) throw refusal('is too long');
  const [head, payload, signature, ...rest] = token.split('.');
  if (head !== version || payload === undefined || signature === undefined || rest.length > 0) throw refusal('is malformed');
  const bytes = Buffer.from(signature, 'base64url');
  // Only one spelling of a signature: base64 decoding forgives stray characters and spare bits.
  if (bytes.toString('base64url') !== signature) throw refusal('is malformed');
  if (!verify(null, Buffer.from(`${head}.${payload}`), publicKey, bytes)) throw refusal('is not signed by the gateway');
  const claims = Claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString()));
  if (!claims.success) throw refusal('is malformed');
  refuseExpired(claims.data, now);
  refuseOtherServices(claims.data.principal);
  return claims.data;
}

/** The gateway speaks for users and for itself: that another service asks is told by the bus, never by the gateway. */
function refuseOtherServices(principal: Principal): void {
  if (principal.kind === 'system' && principal.service !== 'gateway') throw refusal(`speaks for service ${principal.service}`);
}

function refuseExpired(claims: Claims, now: Date): void {
  const left = claims.expiresAt - now.getTime();
  if (left < -skewMs) throw refusal('has expired');
  if (left > limits.callerContextMs + skewMs) throw refusal('is from the future');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(what: string): AppError {
  return new AppError('unauthenticated', `the signed caller context ${what}`, { reason: 'caller_context.refused' });
}
