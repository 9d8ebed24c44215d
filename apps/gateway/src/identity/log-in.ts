import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { measure, type Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { IdentityRepository } from './identity.repository.js';
import { LoginThrottle } from './login-throttle.js';
import { PasswordHasher } from './password-hasher.js';
import { TokenService } from './token-service.js';

@Injectable()
export class LogIn {
  constructor(
    private readonly throttle: LoginThrottle,
    private readonly identities: IdentityRepository,
    private readonly hasher: PasswordHasher,
    private readonly tokens: TokenService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * A token for the right password of an active user.
   * @throws AppError permission_denied, the same for a wrong password, an unknown and an inactive user; rate_limited.
   */
  async run(input: { username: string; password: string }, sourceIp: string | null): Promise<string> {
    await this.throttle.admit(sourceIp);
    const user = await this.identities.credentials(input.username);
    const stored = user?.passwordHash ?? null;
    const isRight = await this.hasher.verify(input.password, stored);
    if (user === null || stored === null || !isRight || !user.active) {
      measure.count('login', { status: 'failure' });
      this.logger.info({ sourceIp }, 'login refused');
      throw new AppError('permission_denied', 'the username or the password is wrong, or the user is not active', {
        reason: 'login.refused',
      });
    }
    if (this.hasher.isOutdated(stored)) await this.identities.renewHash(user.userId, stored, await this.hasher.hash(input.password));
    measure.count('login', { status: 'success' });
    return this.tokens.forUser(user.userId, user.passwordChangedAt);
  }
}
