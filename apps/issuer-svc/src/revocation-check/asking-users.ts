import type { Principal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';

/** Questions that somebody waits for: one at a time for each user, so that nobody takes the places of all others, and so many together. */
export class AskingUsers {
  private readonly users = new Set<number>();
  private count = 0;

  constructor(private readonly atOnce = mostAtOnce) {}

  /** @throws AppError `rate_limited` while the user asks about another certificate; `unavailable` while too many ask */
  async inTurn<Result>(principal: Principal, ask: () => Promise<Result>): Promise<Result> {
    const user = principal.kind === 'user' ? principal.userId : null;
    if (user !== null && this.users.has(user)) throw new AppError('rate_limited', 'you ask about the revocation of another certificate at the moment: one at a time for each user', { reason: 'revocation.one_at_a_time', retryAfterMs: 1_000 });
    if (this.count >= this.atOnce) throw new AppError('unavailable', `${this.count} certificates are checked for revocation at the moment: come again in a second`, { reason: 'revocation.busy', retryAfterMs: 1_000 });
    this.count += 1;
    if (user !== null) this.users.add(user);
    try {
      return await ask();
    } finally {
      this.count -= 1;
      if (user !== null) this.users.delete(user);
    }
  }
}

/** As many as a run over all certificates asks at once. */
const mostAtOnce = 16;
