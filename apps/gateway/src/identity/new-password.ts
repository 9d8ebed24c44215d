import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { CONFIG } from '@sifaka/runtime';
import type { GatewayConfig } from '../gateway.config.js';
import { PasswordHasher } from './password-hasher.js';
import { passwordWeakness } from './password-strength.js';

/** The way of every new password, at the first start as in the API. */
@Injectable()
export class NewPassword {
  constructor(
    private readonly hasher: PasswordHasher,
    @Inject(CONFIG) private readonly config: Pick<GatewayConfig, 'checkPasswordStrength'>,
  ) {}

  /**
   * The hash to store.
   * @throws AppError invalid_argument on `password`, with the first rule that it breaks.
   */
  async hash(password: string): Promise<string> {
    const message = this.config.checkPasswordStrength ? passwordWeakness(password) : null;
    if (message !== null)
      throw new AppError('invalid_argument', message, { reason: 'user.weak_password', fields: [{ path: 'password', message }] });
    return this.hasher.hash(password);
  }
}
