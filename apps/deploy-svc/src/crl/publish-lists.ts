import { Inject, Injectable } from '@nestjs/common';
import { AppError, toAppError, type Clock } from '@sifaka/kernel';
import { counter, type Logger } from '@sifaka/observability';
import type { Destination } from '@sifaka/plugin-sdk';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { words } from '../deployment/deployment.js';
import { untilNextTry } from '../deployment/pauses.js';
import { untilStopped, wasStopped } from '../deployment/stoppable.js';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository } from '../destination/destination.repository.js';
import { crlMediaType, fileNameOf, isNewer, type CrlKind, type CrlPlace } from './crl-place.js';
import { CrlPlaceRepository } from './crl-place.repository.js';
import { ReadList } from './read-list.js';

const published = counter('sifaka_crl_publication', 'Revocation lists that were to be published at destinations', ['outcome', 'plugin']);

/** A list that cannot be published is worth as little as one that is over: it is tried for as long as it is wanted. */
const longestPauseMs = 15 * 60_000;

/** Puts the newest lists of an authority to one destination, or takes them away. */
@Injectable()
export class PublishLists {
  constructor(
    private readonly places: CrlPlaceRepository,
    private readonly lists: ReadList,
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param signal aborts when somebody else may have the place by now, and when the service stops */
  async run(place: CrlPlace, holder: string, signal: AbortSignal): Promise<void> {
    try {
      const instance = await this.instance(place);
      if (place.wanted === 'removed') await this.remove(place, instance, signal);
      else for (const kind of ['full', 'delta'] as const) await this.publish(place, kind, instance, signal);
      if (place.wanted === 'removed' && (await this.places.forget(place, holder))) return;
      await this.end(place, holder, null, null);
    } catch (error) {
      if (wasStopped(error)) return this.end(place, holder, null, this.clock.now());
      const fault = toAppError(error);
      published.add(1, { outcome: 'failed', plugin: place.plugin });
      this.logger.warn({ err: fault, crlPlaceId: place.id, destinationId: place.destination_id }, 'revocation lists could not be published');
      const pauseMs = Math.min(longestPauseMs, untilNextTry(place.attempts, fault.retryAfterMs, Math.random()) ?? longestPauseMs);
      await this.end(place, holder, words(fault.message), new Date(this.clock.now().getTime() + pauseMs));
    }
  }

  private async instance({ destination_id: id, destination_label: label, plugin, wanted }: CrlPlace): Promise<Destination | undefined> {
    const row = await this.destinations.byId(id);
    const instance = row === undefined ? undefined : await this.plugins.of(row);
    if (instance?.publish === undefined && wanted === 'published') throw new AppError('failed_precondition', `destination "${label}" takes no revocation lists: plugin "${plugin}" does not publish files`, { reason: 'crl.cannot_publish' });
    return instance;
  }

  /** What is there is never replaced by anything older. */
  private async publish(place: CrlPlace, kind: CrlKind, instance: Destination | undefined, signal: AbortSignal): Promise<void> {
    const before = kind === 'full' ? place.number : place.delta_number;
    const found = await this.lists.find(place.slug, kind);
    if (found?.authorityId !== place.authority_id || !isNewer(found.number, before)) return;
    const read = await this.lists.read(found, signal);
    if (read === null) return;
    const file = { name: fileNameOf(place.slug, kind), mediaType: crlMediaType, content: read.content };
    await untilStopped(signal, `publishing ${file.name} at destination "${place.destination_label}"`, async (stop) => instance?.publish?.(file, stop));
    await this.places.published(place.id, kind, read.list.number, this.clock.now());
    published.add(1, { outcome: 'published', plugin: place.plugin });
  }

  private async remove({ slug, destination_label: label }: CrlPlace, instance: Destination | undefined, signal: AbortSignal): Promise<void> {
    if (instance?.unpublish === undefined) return;
    for (const kind of ['full', 'delta'] as const) {
      const name = fileNameOf(slug, kind);
      await untilStopped(signal, `taking ${name} from destination "${label}"`, async (stop) => instance.unpublish?.({ name }, stop));
    }
  }

  /** Whoever lost the place may have put a list there after the next one had put a newer one: then that is put there again. */
  private async end(place: CrlPlace, holder: string, lastError: string | null, nextTryAt: Date | null): Promise<void> {
    place.last_error = lastError;
    const now = this.clock.now();
    if (!(await this.places.end(place, holder, { nextTryAt, lastError, now }))) await this.places.distrust(place.id, now);
  }
}
