import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { deleteSource, InputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { Jobs } from '@sifaka/messaging';
import { SightingRepository } from '../sync/sighting.repository.js';
import { SourcePlugins } from './source-plugins.js';
import { SourceTrail } from './source-trail.js';
import { SourceRepository } from './source.repository.js';
import { tellMissed } from './tell-missed.js';

/** Deletes a source: its endpoints stay (domain-rules DM-3), and whoever relies on what it found is told afterwards what still counts (SY-12). */
@Injectable()
export class DeleteSource {
  constructor(
    private readonly database: Database,
    private readonly sources: SourceRepository,
    private readonly sightings: SightingRepository,
    private readonly plugins: SourcePlugins,
    private readonly trail: SourceTrail,
    private readonly jobs: Jobs,
  ) {}

  /** One that is not there counts as deleted, as for Lemur's clients. A run that is under way ends without a trace. */
  async run({ id }: InputOf<typeof deleteSource>, principal: Principal): Promise<{ isDeleted: boolean }> {
    allow(principal, 'administer', { what: 'delete sources' });
    const deleted = await this.database.transaction(async (tx) => {
      const row = await this.sources.lock(tx, id);
      if (row === undefined) return undefined;
      await this.sightings.orphan(tx, row);
      await this.sources.delete(tx, id);
      await this.trail.record(tx, principal, 'deleted', row);
      return row;
    });
    if (deleted === undefined) return { isDeleted: false };
    await this.jobs.runNow(tellMissed);
    // What cannot be deleted now is found by nobody: references to it are gone.
    await this.plugins.discard(deleted.options).catch(() => undefined);
    return { isDeleted: true };
  }
}
