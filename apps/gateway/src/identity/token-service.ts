import { createHash } from 'node:crypto';
import { AppError, newId, type Clock } from '@sifaka/kernel';
import { measure } from '@sifaka/observability';
import { errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';

export interface TokenOptions {
  /** The first signs, all verify. */
  secrets: readonly string[];
  /** The first signs; a token of any other algorithm is refused, whatever its header says. */
  algorithms: readonly string[];
  lifetimeSeconds: number;
}

/** What a token says, after its signature and expiry were checked. */
export interface TokenClaims {
  userId: number;
  apiKeyId: number | null;
  tokenId: string | null;
  /** Seconds since 1970; null only for tokens of API keys without end. */
  expiresAt: number | null;
  /** Seconds since 1970; null when the token does not say. */
  issuedAt: number | null;
  /** Which password the login was made with: when that was set, in milliseconds since 1970. Tokens of older installations hold none. */
  passwordSetAt: number | null;
}

/** Signs and verifies the JWTs of logins and of API keys (HMAC, RFC 7519). */
export class TokenService {
  private readonly secrets: readonly Uint8Array[];
  private readonly algorithm: string;
  // Verification costs 150 us of CPU, the lookup one: a busy client sends the same token with every request.
  private readonly verified = new LRUCache<string, TokenClaims>({ max: 5_000 });

  constructor(
    private readonly options: TokenOptions,
    private readonly clock: Clock,
  ) {
    this.secrets = options.secrets.map((secret) => new TextEncoder().encode(secret));
    this.algorithm = options.algorithms[0] ?? 'HS256';
  }

  /** Token of a login with the password that was set at `passwordSetAt`, in milliseconds since 1970. */
  forUser(userId: number, passwordSetAt: number): Promise<string> {
    return this.sign(userId, { jti: newId(), pwd: passwordSetAt }, this.options.lifetimeSeconds);
  }

  /** Token of an API key; `ttlDays` counts from now, -1 means without end. */
  forApiKey(userId: number, apiKeyId: number, ttlDays: number): Promise<string> {
    return this.sign(userId, { aid: apiKeyId }, ttlDays === -1 ? null : ttlDays * daySeconds);
  }

  /** @throws AppError permission_denied for everything but an unexpired token that one of the secrets signed. */
  async verify(token: string): Promise<TokenClaims> {
    if (token.length > tokenChars) throw refusal('malformed');
    const known = this.verified.get(token);
    if (known !== undefined) {
      if (known.expiresAt !== null && known.expiresAt <= this.seconds()) throw refusal('expired');
      return known;
    }
    const claims = readClaims(await this.payload(token));
    this.verified.set(token, claims);
    return claims;
  }

  private async sign(userId: number, claims: { aid?: number; jti?: string; pwd?: number }, lifetimeSeconds: number | null): Promise<string> {
    const secret = this.secrets[0];
    if (secret === undefined) throw new AppError('failed_precondition', 'no token secret is configured');
    const now = this.seconds();
    const jwt = new SignJWT(claims).setProtectedHeader({ alg: this.algorithm, typ: 'JWT' }).setSubject(String(userId)).setIssuedAt(now);
    if (lifetimeSeconds !== null) jwt.setExpirationTime(now + lifetimeSeconds);
    return jwt.sign(secret);
  }

  private async payload(token: string): Promise<Record<string, unknown>> {
    const options = { algorithms: [...this.options.algorithms], currentDate: this.clock.now() };
    for (const [index, secret] of this.secrets.entries()) {
      try {
        const { payload } = await jwtVerify(token, secret, options);
        // Whoever changes secrets sees when nobody uses the old one any more.
        if (this.secrets.length > 1) measure.count('jwt_decode', { kid: index, fingerprint: fingerprintOf(secret), ...shownClaims(payload) });
        return payload;
      } catch (error) {
        if (error instanceof errors.JWSSignatureVerificationFailed) continue;
        throw error instanceof errors.JWTExpired ? refusal('expired') : refusal('malformed', error);
      }
    }
    throw refusal('not signed by this installation');
  }

  private seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1_000);
  }
}

/** Enough to tell a handful of secrets apart, and nothing to find one by. */
const fingerprintOf = (secret: Uint8Array): string => createHash('sha256').update(secret).digest('hex').slice(0, 8);

const shownClaims = ({ sub, aid, iat, exp }: Record<string, unknown>) => ({ sub: identifier(sub), aid: identifier(aid), iat: numberOf(iat), exp: numberOf(exp) });

const daySeconds = 86_400;
/** The longest token that is made here has 300 characters. */
const tokenChars = 4_096;

function readClaims(payload: Record<string, unknown>): TokenClaims {
  const userId = identifier(payload.sub);
  if (userId === null) throw refusal('malformed');
  const apiKeyId = payload.aid === undefined ? null : identifier(payload.aid);
  if (payload.aid !== undefined && apiKeyId === null) throw refusal('malformed');
  const expiresAt = typeof payload.exp === 'number' ? payload.exp : null;
  // Only an API key may last for ever, and it can be revoked.
  if (expiresAt === null && apiKeyId === null) throw refusal('without an expiry');
  return {
    userId,
    apiKeyId,
    tokenId: typeof payload.jti === 'string' ? payload.jti : null,
    expiresAt,
    issuedAt: numberOf(payload.iat),
    passwordSetAt: numberOf(payload.pwd),
  };
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** A string of digits; tokens of older installations hold a number. */
function identifier(value: unknown): number | null {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^\d{1,10}$/.test(value))) return null;
  const id = Number(value);
  return Number.isInteger(id) && id > 0 && id <= 2_147_483_647 ? id : null;
}

function refusal(why: string, cause?: unknown): AppError {
  return new AppError('permission_denied', `the token is ${why}; log in again`, { reason: 'token.refused', cause });
}
