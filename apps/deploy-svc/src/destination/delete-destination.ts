import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { deleteDestination, InputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { ChallengeTokenRepository, type ChallengeTokenRow } from '../token/challenge-token.repository.js';
import { RemoveTokens } from '../token/remove-tokens.js';
import { withinTime } from '../token/within-time.js';
import { DestinationPlugins } from './destination-plugins.js';
import { DestinationTrail } from './destination-trail.js';
import { DestinationRepository, type DestinationRow } from './destination.repository.js';

/** Within the time that the caller waits. */
const cleaningLimitMs = 20_000;

/** Deletes a destination with no token left behind: without it nobody could remove them any more. */
@Injectable()
export class DeleteDestination {
  constructor(
    private readonly database: Database,
    private readonly destinations: DestinationRepository,
    private readonly tokens: ChallengeTokenRepository,
    private readonly removal: RemoveTokens,
    private readonly plugins: DestinationPlugins,
    private readonly trail: DestinationTrail,
  ) {}

  /** One that is not there counts as deleted, as for Lemur's clients. */
  async run({ id, isForced }: InputOf<typeof deleteDestination>, principal: Principal): Promise<{ isDeleted: boolean }> {
    allow(principal, 'administer', { what: 'delete destinations' });
    if ((await this.destinations.byId(id)) === undefined) return { isDeleted: false };
    await this.clean(id, isForced);
    const deleted = await this.database.transaction(async (tx) => {
      const row = await this.destinations.lock(tx, id);
      if (row === undefined) return undefined;
      const left = await this.tokens.openOf(id, tx);
      if (left.length > 0 && !isForced) throw openTokens(row, left);
      await this.destinations.delete(tx, id);
      const abandonedTokens = left.slice(0, 100).map(({ path }) => path);
      await this.trail.record(tx, principal, 'deleted', row, left.length > 0 ? { abandonedTokens } : {});
      return row;
    });
    // What cannot be deleted now is found by nobody: references to it are gone.
    if (deleted !== undefined) await this.plugins.discard(deleted.options).catch(() => undefined);
    return { isDeleted: deleted !== undefined };
  }

  /** Leftovers go now; what orders still wait for only when the administrator insists. */
  private async clean(id: number, isForced: boolean): Promise<void> {
    if (isForced) await this.tokens.releaseAll(id);
    const leftovers = (await this.tokens.openOf(id)).filter(({ state }) => state === 'removing').slice(0, maxTokens);
    const cleaning = Promise.all(leftovers.map((row) => this.removal.take(row)));
    // What takes longer is refused, or let go, below.
    await withinTime(cleaning, 'removing what is left of its tokens', cleaningLimitMs).catch(() => undefined);
  }
}

const maxTokens = 200;

function openTokens({ label }: DestinationRow, left: readonly ChallengeTokenRow[]): AppError {
  const waiting = left.filter(({ state }) => state !== 'removing').length;
  const why = waiting > 0 ? `orders wait for ${waiting} of them: let these end, or cancel them` : 'they could not be removed: the log says why';
  return new AppError('conflict', `destination "${label}" serves ${left.length} tokens of challenges; ${why}. With force=true they are let go.`, { reason: 'destination.open_tokens' });
}
