import { Inject, Injectable } from '@nestjs/common';
import { tokenUploaded, tokenUploadFailed, tokenUploadRequested, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, toAppError, type Clock, type ErrorCode } from '@sifaka/kernel';
import { newEvent, OnEvent, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import type { DestinationRow } from '../destination/destination.repository.js';
import { ChallengeTokenRepository } from './challenge-token.repository.js';
import { FindTokenPlace } from './find-token-place.js';
import { withinTime } from './within-time.js';

type Request = EventDataOf<typeof tokenUploadRequested>;

/** Puts tokens of HTTP-01 challenges to destinations, and tells whether that went well. Who asked asks again, so nothing is retried here. */
@Injectable()
export class UploadTokens {
  constructor(
    private readonly database: Database,
    private readonly tokens: ChallengeTokenRepository,
    private readonly places: FindTokenPlace,
    private readonly plugins: DestinationPlugins,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The ledger decides; hearing it again puts the same file again. */
  @OnEvent(tokenUploadRequested, { durable: 'token-upload', isIdempotent: true })
  async requested(request: Request): Promise<void> {
    try {
      const place = await this.places.run(request.destination);
      const isWanted = (await this.tokens.announce({ ...request, destinationId: place.id })) !== null;
      // Given up before it was put: nobody waits for an answer.
      if (!isWanted) return;
      await this.put(place, request);
    } catch (error) {
      await this.failed(request, error);
    }
  }

  private async put(place: DestinationRow, { challengeId, path, content }: Request): Promise<void> {
    const plugin = await this.plugins.of(place);
    if (plugin.uploadToken === undefined) {
      const message = `destination "${place.label}" cannot serve tokens of challenges: its plugin "${place.plugin}" does not do that`;
      throw new AppError('failed_precondition', message, { reason: 'destination.no_tokens' });
    }
    await withinTime(plugin.uploadToken({ path, content }), `putting a token to destination "${place.label}"`);
    await this.database.transaction(async (tx) => {
      if (!(await this.tokens.arrived(tx, challengeId))) return;
      await this.outbox.append(tx, [newEvent(tokenUploaded, { challengeId }, { at: this.clock.now(), subject: String(challengeId) })]);
    });
  }

  /** @throws what is wrong with this service itself: then the event comes again */
  private async failed({ challengeId, destination }: Request, error: unknown): Promise<void> {
    const fault = toAppError(error);
    if (fault.code === 'internal') throw error;
    const isRetryable = mayPass.has(fault.code);
    const text = `destination "${destination}": ${fault.message}`.slice(0, 2_000);
    await this.database.transaction(async (tx) => {
      await this.tokens.uploadFailed(tx, challengeId, text);
      await this.outbox.append(tx, [newEvent(tokenUploadFailed, { challengeId, error: text, isRetryable }, { at: this.clock.now(), subject: String(challengeId) })]);
    });
  }
}

const mayPass: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'upstream_failed', 'upstream_timeout', 'rate_limited', 'conflict']);
