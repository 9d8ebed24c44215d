import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { deleteDestination, InputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { ClearDestination } from '../deployment/clear-destination.js';
import { ClearTokens } from '../token/clear-tokens.js';
import { DestinationPlugins } from './destination-plugins.js';
import { DestinationTrail } from './destination-trail.js';
import { DestinationRepository } from './destination.repository.js';

/** Together within the time that the caller waits. */
const tokensLimitMs = 8_000;
const certificatesLimitMs = 15_000;
/** What the audit log names of what was let go. */
const toldCount = 100;

/** Deletes a destination with nothing left behind: without it nobody could remove that any more. */
@Injectable()
export class DeleteDestination {
  constructor(
    private readonly database: Database,
    private readonly destinations: DestinationRepository,
    private readonly tokens: ClearTokens,
    private readonly certificates: ClearDestination,
    private readonly plugins: DestinationPlugins,
    private readonly trail: DestinationTrail,
  ) {}

  /** One that is not there counts as deleted, as for Lemur's clients. */
  async run({ id, isForced }: InputOf<typeof deleteDestination>, principal: Principal): Promise<{ isDeleted: boolean }> {
    allow(principal, 'administer', { what: 'delete destinations' });
    const before = await this.destinations.byId(id);
    if (before === undefined) return { isDeleted: false };
    await this.tokens.begin(id, isForced, tokensLimitMs);
    // What will be refused for its tokens keeps its certificates.
    await this.tokens.finish(this.database, id, before.label, isForced);
    if (!(await this.announce(id, principal))) return { isDeleted: false };
    await this.certificates.begin(id, principal, { limitMs: certificatesLimitMs, isForced });
    const deleted = await this.database.transaction(async (tx) => {
      const row = await this.destinations.lock(tx, id);
      if (row === undefined) return undefined;
      if (row.deleting_since === null && !isForced) throw kept(row.label);
      const abandonedTokens = (await this.tokens.finish(tx, id, row.label, isForced)).slice(0, toldCount).map(({ path }) => path);
      const abandonedCertificates = await this.certificates.finish(tx, id, row.label, isForced);
      await this.destinations.delete(tx, id);
      await this.trail.record(tx, principal, 'deleted', row, { ...(abandonedTokens.length > 0 && { abandonedTokens }), ...(abandonedCertificates.length > 0 && { abandonedCertificates }) });
      return row;
    });
    // What cannot be deleted now is found by nobody: references to it are gone.
    if (deleted !== undefined) await this.plugins.discard(deleted.options).catch(() => undefined);
    return { isDeleted: deleted !== undefined };
  }

  /** Seen by everybody before anything is taken away there; a repetition goes on with it. @returns false when it is gone */
  private announce(id: number, principal: Principal): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const row = await this.destinations.lock(tx, id);
      if (row === undefined) return false;
      if (row.deleting_since !== null) return true;
      await this.destinations.markForDeletion(tx, id);
      await this.trail.deletionRequested(tx, principal, row);
      return true;
    });
  }
}

const kept = (label: string): AppError => new AppError('conflict', `destination "${label}" was saved by somebody meanwhile, and is kept`, { reason: 'destination.changed' });
