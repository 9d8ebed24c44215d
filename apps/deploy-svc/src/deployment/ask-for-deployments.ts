import { Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Deployment, EndedBy } from './deployment.js';
import { DeploymentRequests, type Displacing, type EndedWhere } from './deployment-requests.repository.js';
import { DeploymentTrail } from './deployment-trail.js';
import { DeploymentTurns } from './deployment-turns.repository.js';

type Attachment = Parameters<DeploymentRequests['attach']>[1] & { displacing?: readonly Displacing[] };

/** Writes down what is wanted, tells of it, and has it worked on: one transaction, of whoever asks. */
@Injectable()
export class AskForDeployments {
  constructor(
    private readonly requests: DeploymentRequests,
    private readonly trail: DeploymentTrail,
    private readonly turns: DeploymentTurns,
  ) {}

  async attach(tx: Sql, { displacing = [], ...what }: Attachment, by: Principal | null): Promise<Deployment[]> {
    const rows = await this.requests.attach(tx, what);
    await this.trail.requested(tx, rows, by);
    const again = await this.requests.displace(tx, what.certificateId, displacing);
    await this.wake(tx, [...rows, ...again]);
    return rows;
  }

  /** Of one that was just asked for, within the same transaction: it takes nobody's place. */
  beside(tx: Sql, id: number): Promise<void> {
    return this.requests.beside(tx, id);
  }

  /** Has those tried again whose place is free by now. @returns how many */
  async wakeFreed(tx: Sql): Promise<number> {
    const rows = await this.requests.whereFree(tx);
    await this.wake(tx, rows);
    return rows.length;
  }

  async wakeReplacing(tx: Sql, certificateId: number, replaces: readonly number[]): Promise<void> {
    await this.wake(tx, await this.requests.whereReplaced(tx, certificateId, replaces));
  }

  /** @param detail why, for the history */
  async end(tx: Sql, because: EndedBy, where: EndedWhere, by: Principal | null, detail: string | null = null): Promise<Deployment[]> {
    const rows = await this.requests.end(tx, because, because === 'cleaned' ? detail : null, where);
    await this.trail.removalRequested(tx, rows, by, detail);
    await this.wake(tx, rows);
    return rows;
  }

  /** @param displacing whose place it may take as well */
  async retry(tx: Sql, id: number, by: Principal, displacing: readonly number[] = []): Promise<Deployment | undefined> {
    const row = await this.requests.retry(tx, id, displacing);
    if (row === undefined) return undefined;
    await (row.wanted === 'deployed' ? this.trail.requested(tx, [row], by, 'again') : this.trail.removalRequested(tx, [row], by, 'again'));
    await this.wake(tx, [row]);
    return row;
  }

  private async wake(tx: Sql, rows: readonly Deployment[]): Promise<void> {
    for (const destinationId of new Set(rows.map((row) => row.destination_id))) await this.turns.wake(tx, destinationId, null);
  }
}
