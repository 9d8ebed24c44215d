import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { IdentityRepository } from './identity.repository.js';
import { TokenAuthenticator } from './token-authenticator.js';

@Injectable()
export class LogOut {
  constructor(
    private readonly authenticator: TokenAuthenticator,
    private readonly identities: IdentityRepository,
  ) {}

  /** Ends the login whose token this header holds. @throws AppError invalid_argument for the token of an API key. */
  async run(authorization: string | undefined): Promise<void> {
    const { tokenId, expiresAt } = await this.authenticator.claims(authorization);
    if (tokenId === null || expiresAt === null) {
      throw new AppError('invalid_argument', 'only a login can be ended: revoke an API key instead, or wait for an old token to expire', {
        reason: 'logout.not_a_login',
      });
    }
    await this.identities.revokeToken(tokenId, new Date(expiresAt * 1_000));
  }
}
