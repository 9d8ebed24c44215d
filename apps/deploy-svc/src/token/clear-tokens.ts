import { Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { ChallengeTokenRepository, type ChallengeTokenRow } from './challenge-token.repository.js';
import { RemoveTokens } from './remove-tokens.js';
import { withinTime } from './within-time.js';

const maxTokens = 200;

/** Takes its tokens from a destination that is about to be deleted: without it nobody could remove them any more. */
@Injectable()
export class ClearTokens {
  constructor(
    private readonly tokens: ChallengeTokenRepository,
    private readonly removal: RemoveTokens,
  ) {}

  /** Leftovers go now; what orders still wait for only when the administrator insists. What takes longer is refused, or let go, at the end. */
  async begin(destinationId: number, isForced: boolean, limitMs: number): Promise<void> {
    if (isForced) await this.tokens.releaseAll(destinationId);
    const leftovers = (await this.tokens.openOf(destinationId)).filter(({ state }) => state === 'removing').slice(0, maxTokens);
    const cleaning = Promise.all(leftovers.map((row) => this.removal.take(row)));
    await withinTime(cleaning, 'removing what is left of its tokens', limitMs).catch(() => undefined);
  }

  /**
   * @returns those that are let go
   * @throws AppError `conflict` when there are some and that is not forced
   */
  async finish(tx: Sql, destinationId: number, label: string, isForced: boolean): Promise<ChallengeTokenRow[]> {
    const left = await this.tokens.openOf(destinationId, tx);
    if (left.length > 0 && !isForced) throw openTokens(label, left);
    return left;
  }
}

function openTokens(label: string, left: readonly ChallengeTokenRow[]): AppError {
  const waiting = left.filter(({ state }) => state !== 'removing').length;
  const why = waiting > 0 ? `orders wait for ${waiting} of them: let these end, or cancel them` : 'they could not be removed: the log says why';
  return new AppError('conflict', `destination "${label}" serves ${left.length} tokens of challenges; ${why}. With force=true they are let go.`, { reason: 'destination.open_tokens' });
}
