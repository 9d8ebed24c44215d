import { Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { AskForDeployments } from './ask-for-deployments.js';
import { CleanDestination } from './clean-destination.js';
import { ClearingRepository } from './clearing.repository.js';
import { DeploymentRequests } from './deployment-requests.repository.js';
import { DeploymentTrail } from './deployment-trail.js';

/** Names in a refusal. */
const toldCount = 5;
/** What the audit log names of what was let go. */
const recordedCount = 100;
/** Certificates of one transaction. */
const batchSize = 500;

/** Takes its certificates from a destination that is about to be deleted: those that are valid still (domain-rules DE-6). */
@Injectable()
export class ClearDestination {
  constructor(
    private readonly database: Database,
    private readonly clearing: ClearingRepository,
    private readonly requests: DeploymentRequests,
    private readonly asking: AskForDeployments,
    private readonly cleaning: CleanDestination,
    private readonly trail: DeploymentTrail,
  ) {}

  /**
   * Ends deployments and waits for the removals, as far as either comes about in that time. Nothing is attached there any more.
   *
   * @throws AppError `unavailable` when nobody can say now which certificates are valid, unless that is forced: nothing was removed then
   */
  async begin(destinationId: number, principal: Principal, { limitMs, isForced }: { limitMs: number; isForced: boolean }): Promise<void> {
    const endsAt = performance.now() + limitMs;
    await this.database.transaction((tx) => this.requests.retryRemovals(tx, destinationId));
    while (performance.now() < endsAt && (await this.endSome(destinationId, principal, isForced)));
    await this.cleaning.run(destinationId, Math.max(0, endsAt - performance.now()));
  }

  /**
   * Lets go of what is left, in the transaction that deletes the destination.
   *
   * @returns the first certificates that may still be there
   * @throws AppError `conflict` when there are some and that is not forced
   */
  async finish(tx: Sql, destinationId: number, label: string, isForced: boolean): Promise<number[]> {
    const { count, first } = await this.clearing.leftAt(tx, destinationId, recordedCount);
    if (count > 0 && !isForced) throw notCleared(label, count, first);
    await this.trail.removed(tx, await this.requests.abandon(tx, destinationId, 'the destination was deleted'));
    return first.map(({ certificate_id }) => certificate_id);
  }

  /** What is not valid any more is spared before anybody can begin to remove it. @returns false when nothing was left to end */
  private async endSome(destinationId: number, principal: Principal, isForced: boolean): Promise<boolean> {
    const rows = await this.clearing.wantedAt(destinationId, batchSize);
    if (rows.length === 0) return false;
    const spared = await this.cleaning.invalidOf(rows, isForced);
    await this.database.transaction(async (tx) => {
      if (spared.length > 0) await this.trail.removed(tx, await this.requests.leave(tx, spared, 'left at the destination, which is deleted: the certificate is not valid any more'));
      await this.asking.end(tx, 'destination', { ids: rows.map(({ id }) => id) }, principal, 'the destination is deleted');
    });
    return true;
  }
}

function notCleared(label: string, count: number, first: readonly { certificate_id: number; last_error: string | null }[]): AppError {
  const told = first.slice(0, toldCount).map(({ certificate_id, last_error }) => `certificate ${certificate_id}: ${last_error ?? 'its removal is under way'}`);
  const more = count > toldCount ? `; and ${count - toldCount} more` : '';
  const next = 'They are still being removed, and none is attached any more: repeat the request to finish, or save the destination to keep it. With force=true what is left stays there.';
  return new AppError('conflict', `destination "${label}" is being deleted, and ${count} certificates could not be taken from it yet: ${told.join('; ')}${more}. ${next}`, { reason: 'destination.open_deployments' });
}
