import { Inject, Injectable } from '@nestjs/common';
import { certificatesMissed, certificatesSighted, sightingCount } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { newEvent, type NewEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

interface Told {
  id: number;
  label: string;
}

/** Tells of certificates that a source has, or has no more, in events of a size that every listener can take. */
@Injectable()
export class SightingEvents {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  sighted(source: Told, certificateIds: readonly number[]): NewEvent[] {
    return this.events(certificatesSighted, source, certificateIds);
  }

  /** @param isSourceDeleted says nothing about where the certificates are: only that nobody looks any more */
  missed(source: Told, certificateIds: readonly number[], { isSourceDeleted = false } = {}): NewEvent[] {
    return this.events(certificatesMissed, source, certificateIds, { isSourceDeleted });
  }

  private events(
    contract: typeof certificatesMissed | typeof certificatesSighted,
    { id, label }: Told,
    certificateIds: readonly number[],
    more: { isSourceDeleted?: boolean } = {},
  ): NewEvent[] {
    const about = { at: this.clock.now(), subject: String(id) };
    const events: NewEvent[] = [];
    for (let from = 0; from < certificateIds.length; from += sightingCount) {
      events.push(newEvent(contract, { sourceId: id, label, certificateIds: certificateIds.slice(from, from + sightingCount), ...more }, about));
    }
    return events;
  }
}
