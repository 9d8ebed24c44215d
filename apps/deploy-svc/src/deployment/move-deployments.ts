import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { words } from './deployment.js';
import { DeploymentRequests } from './deployment-requests.repository.js';
import { DeploymentTrail } from './deployment-trail.js';
import { DeploymentTurns } from './deployment-turns.repository.js';
import { DestinationLeases } from './destination-leases.js';

/** Ten tries, three seconds: the caller waits for the connection test as well. */
const patience = 10;
const pauseMs = 300;

/** Has what is deployed put once more where a destination leads from now on; what it has put elsewhere stays there, and that is said. */
@Injectable()
export class MoveDeployments {
  constructor(
    private readonly leases: DestinationLeases,
    private readonly requests: DeploymentRequests,
    private readonly trail: DeploymentTrail,
    private readonly turns: DeploymentTurns,
  ) {}

  /**
   * Nobody works at the destination while it becomes another: an upload would end, and be taken back, where it did not begin.
   *
   * @throws AppError `conflict`, reason `destination.busy`
   */
  async whileIdle<T>(destinationId: number, change: () => Promise<T>): Promise<T> {
    const lease = await this.idle(destinationId);
    if ('busyMs' in lease) throw new AppError('conflict', `certificates are being deployed to destination ${destinationId} at this moment: change it when that is done`, { reason: 'destination.busy', retryAfterMs: lease.busyMs });
    try {
      return await change();
    } finally {
      await lease.release();
    }
  }

  /** Most deployments are over in a moment: whoever changes the destination need not come again for that. */
  private async idle(destinationId: number): ReturnType<DestinationLeases['take']> {
    for (let left = patience; ; left -= 1) {
      const lease = await this.leases.take(destinationId);
      if (!('busyMs' in lease) || left === 0) return lease;
      await delay(pauseMs);
    }
  }

  /** @param former options as they were @returns how many are put again */
  async run(tx: Sql, destinationId: number, former: Readonly<Record<string, string>>, by: Principal): Promise<number> {
    const place = Object.entries(former).map(([name, value]) => `${name} ${value}`).join(', ');
    const note = words(`the destination was changed: what was put there before stays at the former one (${place})`);
    await this.trail.removed(tx, await this.requests.leaveRemovals(tx, destinationId, note));
    const rows = await this.requests.putAgain(tx, destinationId, note);
    await this.trail.requested(tx, rows, by, note);
    if (rows.length > 0) await this.turns.wake(tx, destinationId, null);
    return rows.length;
  }
}
