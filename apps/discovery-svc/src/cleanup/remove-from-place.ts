import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { toAppError, type Clock } from '@sifaka/kernel';
import { auditEntry, Outbox } from '@sifaka/messaging';
import { measure, type Logger } from '@sifaka/observability';
import type { Source } from '@sifaka/plugin-sdk';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { withinTime } from '../endpoint/within-time.js';
import type { SourceRow } from '../source/source-row.js';
import { SightingEvents } from '../sync/sighting-events.js';
import { CleanupRepository, type CertificateThere } from './cleanup.repository.js';

const removalLimitMs = 10_000;

type Status = 'success' | 'failure';

/** Takes one certificate out of a source, and lets go what hangs on that: destinations of the source's label hear of it. */
@Injectable()
export class RemoveFromPlace {
  constructor(
    private readonly database: Database,
    private readonly repository: CleanupRepository,
    private readonly events: SightingEvents,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns why it is still there; null: it is gone */
  async run(source: SourceRow, plugin: Source, there: CertificateThere & { name: string }, by: Principal): Promise<{ why: string; isKept: boolean } | null> {
    const { certificateId, fingerprint, places, name } = there;
    try {
      // An endpoint may have been pointed at it since it was looked up.
      if (await this.repository.isPresented(certificateId)) return { why: 'an endpoint presents it by now', isKept: true };
      for (const place of places) {
        const stored = { name: place.name ?? name, externalId: place.externalId, fingerprint };
        await withinTime(plugin.remove?.(stored) ?? Promise.resolve(), `removing certificate ${stored.name} from source "${source.label}"`, removalLimitMs);
      }
      await this.forget(source, there, by);
      this.count('success', source.label, name);
      measure.count('delete_certificate_source_association', { status: 'success', source: source.label, certificate: name });
      return null;
    } catch (error) {
      const fault = toAppError(error);
      this.logger.warn({ err: fault, sourceId: source.id, certificateId }, 'a certificate could not be removed from its source');
      this.count('failure', source.label, name);
      return { why: fault.message, isKept: false };
    }
  }

  /** One that would be removed counts as one that was not, as Lemur counts it. */
  count(status: Status, source: string, certificate: string): void {
    measure.count('certificate_clean', { status, source, certificate });
  }

  private async forget(source: SourceRow, { certificateId, name }: CertificateThere & { name: string }, by: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.repository.forget(tx, source.id, certificateId);
      const object = { type: 'source', id: source.id, name: source.label };
      const entry = auditEntry(by, { at: this.clock.now(), service: 'discovery', action: 'source.certificate_removed', object, details: { certificateId, certificate: name } });
      await this.outbox.record(tx, [entry], this.events.missed(source, [certificateId]));
    });
  }
}
