import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { deleteSource, InputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { Outbox } from '@sifaka/messaging';
import { LivingCertificates } from '../sync/living-certificates.js';
import { SightingRepository } from '../sync/sighting.repository.js';
import { SightingEvents } from '../sync/sighting-events.js';
import { SourcePlugins } from './source-plugins.js';
import { SourceTrail } from './source-trail.js';
import { SourceRepository } from './source.repository.js';

/** What goes with a source. */
@Injectable()
export class DeletionParts {
  constructor(
    readonly plugins: SourcePlugins,
    readonly trail: SourceTrail,
    readonly sightings: SightingRepository,
    readonly living: LivingCertificates,
  ) {}
}

/** Deletes a source: its endpoints stay (domain-rules DM-3), and whoever relies on what it found is told what still counts (SY-12). */
@Injectable()
export class DeleteSource {
  constructor(
    private readonly database: Database,
    private readonly sources: SourceRepository,
    private readonly parts: DeletionParts,
    private readonly outbox: Outbox,
    private readonly missed: SightingEvents,
  ) {}

  /** One that is not there counts as deleted, as for Lemur's clients. A run that is under way ends without a trace. */
  async run({ id }: InputOf<typeof deleteSource>, principal: Principal): Promise<{ isDeleted: boolean }> {
    allow(principal, 'administer', { what: 'delete sources' });
    const { plugins, trail, sightings, living } = this.parts;
    // Only valid ones are missed; asked before the lock, because that is another service's answer.
    const valid = await living.among(await sightings.certificateIds(id));
    const deleted = await this.database.transaction(async (tx) => {
      const row = await this.sources.lock(tx, id);
      if (row === undefined) return undefined;
      await this.sources.delete(tx, id);
      await this.outbox.append(tx, this.missed.missed(row, valid));
      await trail.record(tx, principal, 'deleted', row);
      return row;
    });
    // What cannot be deleted now is found by nobody: references to it are gone.
    if (deleted !== undefined) await plugins.discard(deleted.options).catch(() => undefined);
    return { isDeleted: deleted !== undefined };
  }
}
