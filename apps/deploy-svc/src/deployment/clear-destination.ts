import { Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { AskForDeployments } from './ask-for-deployments.js';
import { CleanDestination } from './clean-destination.js';
import type { Deployment } from './deployment.js';
import { DeploymentRepository } from './deployment.repository.js';
import { DeploymentRequests } from './deployment-requests.repository.js';
import { DeploymentTrail } from './deployment-trail.js';

/** Names in a refusal. */
const toldCount = 5;

/** Takes its certificates from a destination that is about to be deleted: those that are valid still (domain-rules DE-6). */
@Injectable()
export class ClearDestination {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentRepository,
    private readonly requests: DeploymentRequests,
    private readonly asking: AskForDeployments,
    private readonly cleaning: CleanDestination,
    private readonly trail: DeploymentTrail,
  ) {}

  /** Ends all deployments and waits for the removals, as far as they come about in that time. */
  async begin(destinationId: number, principal: Principal, limitMs: number): Promise<void> {
    const open = await this.deployments.openAt(destinationId);
    if (open.length === 0) return;
    await this.database.transaction(async (tx) => {
      await this.asking.end(tx, 'destination', { destinationId }, principal, 'the destination is deleted');
      await this.requests.retryRemovals(tx, destinationId);
    });
    await this.cleaning.run(destinationId, limitMs);
  }

  /**
   * Lets go of what is left, in the transaction that deletes the destination.
   *
   * @returns those that may still be there
   * @throws AppError `conflict` when there are some and that is not forced
   */
  async finish(tx: Sql, destinationId: number, label: string, isForced: boolean): Promise<Deployment[]> {
    const left = (await this.deployments.openAt(destinationId, tx)).filter((row) => row.is_held || row.state === 'running');
    if (left.length > 0 && !isForced) throw notCleared(label, left);
    await this.trail.removed(tx, await this.requests.abandon(tx, destinationId, 'the destination was deleted'));
    return left;
  }
}

function notCleared(label: string, left: readonly Deployment[]): AppError {
  const told = left.slice(0, toldCount).map(({ certificate_id, last_error }) => `certificate ${certificate_id}: ${last_error ?? 'it is being worked on'}`);
  const more = left.length > toldCount ? `; and ${left.length - toldCount} more` : '';
  return new AppError('conflict', `${left.length} certificates could not be taken from destination "${label}": ${told.join('; ')}${more}. With force=true they are left there.`, { reason: 'destination.open_deployments' });
}
