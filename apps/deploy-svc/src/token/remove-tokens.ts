import { Inject, Injectable } from '@nestjs/common';
import { tokenRemovalRequested, type EventDataOf } from '@sifaka/contracts';
import { isAppError, toAppError } from '@sifaka/kernel';
import { Job, OnEvent, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository } from '../destination/destination.repository.js';
import { ChallengeTokenRepository, type ChallengeTokenRow } from './challenge-token.repository.js';
import { FindTokenPlace } from './find-token-place.js';
import { withinTime } from './within-time.js';

/** An authorization that was not answered two days after its token was put is history. */
const forgottenMs = 48 * 3_600_000;
/** For whoever asks what was served when, and for uploads that come late. */
const keptMs = 7 * 24 * 3_600_000;
const batchSize = 16;

/** Takes tokens of HTTP-01 challenges from destinations: at once, and again until they are gone. */
@Injectable()
export class RemoveTokens {
  constructor(
    private readonly tokens: ChallengeTokenRepository,
    private readonly places: FindTokenPlace,
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @OnEvent(tokenRemovalRequested, { durable: 'token-removal', isIdempotent: true })
  async requested({ challengeId, destination, path }: EventDataOf<typeof tokenRemovalRequested>): Promise<void> {
    // A destination that is gone has taken what was known of its tokens with it.
    const place = await this.places.run(destination).catch(unlessGone);
    const row = await this.tokens.release(challengeId, place?.id ?? null, path);
    if (row !== null) await this.take(row);
  }

  @Job('clean-challenge-tokens', { cron: '* * * * *', timeLimitMs: 300_000 })
  async clean(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const forgotten = await this.tokens.releaseForgotten(forgottenMs);
    if (forgotten > 0) this.logger.warn({ forgotten }, 'tokens were at destinations for two days and nobody removed them');
    // What fails is due later: each token is tried once.
    while (!signal.aborted) {
      const due = await this.tokens.due(batchSize);
      if (due.length === 0) break;
      await Promise.all(due.map((row) => this.take(row)));
    }
    await this.tokens.forgetRemoved(keptMs);
  }

  /** Never throws for what the destination does. @returns whether it is gone; what is not will be tried again */
  async take(row: ChallengeTokenRow): Promise<boolean> {
    try {
      await this.delete(row);
      return await this.tokens.removed(row.challenge_id);
    } catch (error) {
      const { message } = toAppError(error);
      const retryMs = pauseMs(row.attempts);
      this.logger.warn({ err: error, challengeId: row.challenge_id, destinationId: row.destination_id, attempts: row.attempts + 1, retryMs }, 'a token could not be removed from its destination');
      await this.tokens.removalFailed(row.challenge_id, message, retryMs);
      return false;
    }
  }

  private async delete({ destination_id: id, path }: ChallengeTokenRow): Promise<void> {
    const place = id === null ? undefined : await this.destinations.byId(id);
    if (place === undefined) return;
    const plugin = await this.plugins.of(place);
    if (plugin.removeToken !== undefined) await withinTime(plugin.removeToken({ path }), `removing a token from destination "${place.label}"`);
  }
}

/** Half a minute, then twice as long each time, up to an hour: for ever, since a file that stays is a promise that is not kept. */
const pauseMs = (attempts: number): number => Math.min(3_600_000, 30_000 * 2 ** Math.min(attempts, 10));

function unlessGone(error: unknown): null {
  if (isAppError(error) && error.code === 'failed_precondition') return null;
  throw error;
}
