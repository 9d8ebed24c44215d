import { Inject, Injectable } from '@nestjs/common';
import { crlPublished, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { newId, type Clock } from '@sifaka/kernel';
import { Job, Jobs, OnEvent, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import type { CrlPlace } from './crl-place.js';
import { CrlPlaceRepository, heldMs } from './crl-place.repository.js';
import { PublishLists } from './publish-lists.js';

export const publishCrlsJob = 'publish-crls';

const longestRunMs = 50_000;
/** Destinations that are published to at once, by one replica. */
const sideBySide = 4;

/** Brings new revocation lists to where they are wanted: at once when they are told of, within a minute whatever goes wrong. */
@Injectable()
export class CrlPublisher {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly places: CrlPlaceRepository,
    private readonly publication: PublishLists,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @OnEvent(crlPublished, { durable: 'publish-crls', isIdempotent: true })
  async heard({ authorityId }: EventDataOf<typeof crlPublished>): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (await this.places.hear(tx, authorityId, this.clock.now())) await this.jobs.add(publishCrlsJob, {}, { tx, jobKey: publishCrlsJob });
    });
  }

  @Job(publishCrlsJob, { cron: '* * * * *', timeLimitMs: 600_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const endsAt = performance.now() + longestRunMs;
    const worker = async () => {
      while (!signal.aborted && performance.now() < endsAt) {
        const holder = newId();
        const place = await this.places.take(holder, this.clock.now());
        if (place === undefined) return;
        await this.at(place, holder, signal);
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, worker));
  }

  private async at(place: CrlPlace, holder: string, signal: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const timer = setInterval(() => {
      this.places.renew(place.id, holder).then(
        (has) => has || lost.abort(),
        (error: unknown) => this.logger.warn({ err: error, crlPlaceId: place.id }, 'the lease of a place for revocation lists could not be renewed'),
      );
    }, heldMs / 4).unref();
    try {
      await this.publication.run(place, holder, AbortSignal.any([signal, lost.signal]));
    } finally {
      clearInterval(timer);
    }
  }
}
