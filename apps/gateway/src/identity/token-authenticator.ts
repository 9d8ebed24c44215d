import { Inject, Injectable } from '@nestjs/common';
import type { UserPrincipal } from '@sifaka/contracts';
import { AppError, type Clock } from '@sifaka/kernel';
import { measure } from '@sifaka/observability';
import { CLOCK } from '@sifaka/runtime';
import { Authenticator, type Origin } from '../http/authenticator.js';
import { IdentityRepository, type Identity } from './identity.repository.js';
import { TokenService, type TokenClaims } from './token-service.js';

/** Reads the user anew for every request: deactivation, new roles and revoked keys act at once (rest-api §1.6, Q19). */
@Injectable()
export class TokenAuthenticator extends Authenticator {
  constructor(
    private readonly tokens: TokenService,
    private readonly identities: IdentityRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super();
  }

  async authenticate(authorization: string | undefined, origin: Origin, endpoint: string): Promise<UserPrincipal> {
    const claims = await this.claims(authorization);
    const identity = await this.identities.identify(claims.userId, claims.apiKeyId, claims.tokenId);
    const kind = claims.apiKeyId === null ? 'login' : 'api_key';
    const refusal = refusalOf(identity, claims, this.clock.now());
    const status = refusal === null ? 'success' : 'failure';
    measure.count('user_authentication', { status, kind, application_name: identity?.apiKey?.applicationName ?? null, user_id: claims.userId, endpoint, aid: claims.apiKeyId });
    if (identity === null || refusal !== null)
      throw new AppError('permission_denied', refusal ?? 'the user does not exist', { reason: 'token.refused' });
    const { userId, username, email, roles } = identity;
    return { kind: 'user', userId, username, email, roles, apiKeyId: claims.apiKeyId, ...origin };
  }

  /** What the token of a header says. The first word is not looked at: `Bearer` and `Basic` both work. */
  claims(authorization: string | undefined): Promise<TokenClaims> {
    if (authorization === undefined || authorization.trim() === '') {
      throw new AppError('unauthenticated', 'log in first: this operation needs a token in the Authorization header');
    }
    const token = authorization.trim().split(/\s+/)[1];
    if (token === undefined)
      throw new AppError('permission_denied', 'the Authorization header must look like "Bearer <token>"', { reason: 'token.refused' });
    return this.tokens.verify(token);
  }
}

function refusalOf(identity: Identity | null, claims: TokenClaims, now: Date): string | null {
  if (identity === null) return 'the user of this token does not exist any more';
  if (!identity.active) return 'the user of this token is not active';
  if (identity.isLoggedOut) return 'this token was logged out; log in again';
  if (claims.apiKeyId === null) return isOfThisPassword(identity, claims) ? null : 'the password was changed after this login; log in again';
  const { apiKey } = identity;
  if (apiKey === null) return 'the API key of this token does not exist any more';
  if (apiKey.revoked) return 'the API key of this token is revoked';
  // The stored life counts, whatever the token says: a shorter one acts on tokens that are out already.
  if (apiKey.ttl !== -1 && (apiKey.issuedAt + apiKey.ttl * 86_400) * 1_000 <= now.getTime()) return 'the API key of this token has expired';
  return null;
}

/** API keys have a life of their own; a login ends with the password that it was made with. */
function isOfThisPassword({ passwordChangedAt }: Identity, { passwordSetAt, issuedAt }: TokenClaims): boolean {
  if (passwordSetAt !== null) return passwordSetAt === passwordChangedAt;
  // Tokens of older installations say only when they were issued, in whole seconds.
  return (issuedAt ?? 0) >= Math.floor(passwordChangedAt / 1_000);
}
