import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { SourceRow } from '../source/source-row.js';
import { LivingCertificates } from './living-certificates.js';
import { RunLedger } from './run-ledger.js';
import type { RunState } from './run-state.js';
import { SightingEvents } from './sighting-events.js';
import { SightingRepository } from './sighting.repository.js';
import { SettledEndpoints } from './settled-endpoints.js';

const pageSize = 500;

/** What a run does once everything was handed over. */
@Injectable()
export class Settle {
  constructor(
    private readonly database: Database,
    private readonly sightings: SightingRepository,
    private readonly living: LivingCertificates,
    private readonly events: SightingEvents,
    private readonly ledger: RunLedger,
    private readonly staged: SettledEndpoints,
  ) {}

  /** Valid certificates that are there no more lose their link (domain-rules SY-6): of what was really looked at. */
  async unlink(source: SourceRow, state: RunState, signal: AbortSignal): Promise<void> {
    if (state.hidesEverything) return;
    const unseen = await this.sightings.unseen(source.id, state.run.id, state.hiddenScopes);
    for (let from = 0; from < unseen.length; from += pageSize) {
      signal.throwIfAborted();
      const page = await this.sightings.certificatesOf(unseen.slice(from, from + pageSize));
      const living = new Set(await this.living.among([...new Set(page.map(({ certificate_id: id }) => id))]));
      const gone = page.filter(({ certificate_id: id }) => living.has(id)).map(({ id }) => id);
      const over = page.filter(({ certificate_id: id }) => !living.has(id)).map(({ id }) => id);
      await this.database.transaction(async (tx) => {
        state.begin();
        await this.sightings.settle(tx, over);
        const unlinked = await this.sightings.remove(tx, source.id, gone);
        state.count({ certificatesUnlinked: unlinked.length });
        await this.ledger.write(tx, state, { events: this.events.missed(source, unlinked) });
      });
      state.commit();
    }
  }

  resolveStaged(source: SourceRow, state: RunState, signal: AbortSignal): Promise<void> {
    return this.staged.resolve(source, state, signal);
  }

  missing(source: SourceRow, state: RunState): Promise<void> {
    return this.staged.missing(source, state);
  }
}
