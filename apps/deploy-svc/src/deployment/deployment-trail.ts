import { Inject, Injectable } from '@nestjs/common';
import { deploymentFailed, deploymentRemoved, deploymentRequested, deploymentSucceeded, type Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { timestamp, type Clock } from '@sifaka/kernel';
import { auditEntry, newEvent, Outbox, type NewEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import type { Deployment, StepName } from './deployment.js';
import { DeploymentRepository } from './deployment.repository.js';

/** Tells what is wanted and what became of it: in the history, in the audit log where somebody asked for it, and to whoever listens. */
@Injectable()
export class DeploymentTrail {
  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param by null: an event asked, whose own trail says who was behind it */
  async requested(tx: Sql, rows: readonly Deployment[], by: Principal | null, detail: string | null = null): Promise<void> {
    await this.steps(tx, rows, 'requested', detail);
    await this.tell(tx, rows, by, 'requested', rows.map((row) => this.event(row, (subject) => newEvent(deploymentRequested, factsOf(row), subject))));
  }

  /** @param detail why */
  async removalRequested(tx: Sql, rows: readonly Deployment[], by: Principal | null, detail: string | null = null): Promise<void> {
    await this.steps(tx, rows, 'removal_requested', detail);
    await this.tell(tx, rows, by, 'removal_requested');
  }

  async succeeded(tx: Sql, row: Deployment, isAdopted: boolean): Promise<void> {
    await this.outbox.append(tx, [this.success(row, isAdopted)]);
  }

  async adopted(tx: Sql, rows: readonly Deployment[], detail: string): Promise<void> {
    await this.steps(tx, rows, 'adopted', detail);
    await this.outbox.append(tx, rows.map((row) => this.success(row, true)));
  }

  async failed(tx: Sql, row: Deployment): Promise<void> {
    const data = { ...factsOf(row), error: row.last_error ?? 'unknown', attempts: row.attempts, nextTryAt: row.next_try_at === null ? null : timestamp(row.next_try_at), isRolledBack: row.is_rolled_back };
    await this.outbox.append(tx, [this.event(row, (subject) => newEvent(deploymentFailed, data, subject))]);
  }

  async removed(tx: Sql, rows: readonly Deployment[]): Promise<void> {
    await this.deployments.addSteps(tx, this.clock.now(), rows.map((row) => ({ deploymentId: row.id, what: 'removed', detail: row.note })));
    await this.outbox.append(tx, rows.map((row) => this.event(row, (subject) => newEvent(deploymentRemoved, { ...factsOf(row), note: row.note }, subject))));
  }

  private success(row: Deployment, isAdopted: boolean): NewEvent {
    const data = { ...factsOf(row), externalId: row.external_id, proofs: row.proofs, isAdopted };
    return this.event(row, (subject) => newEvent(deploymentSucceeded, data, subject));
  }

  private steps(tx: Sql, rows: readonly Deployment[], what: StepName, detail: string | null): Promise<void> {
    return this.deployments.addSteps(tx, this.clock.now(), rows.map(({ id }) => ({ deploymentId: id, what, detail })));
  }

  private async tell(tx: Sql, rows: readonly Deployment[], by: Principal | null, what: 'requested' | 'removal_requested', events: readonly NewEvent[] = []): Promise<void> {
    const at = this.clock.now();
    const entries = rows.flatMap((row) => {
      if (by === null) return [];
      const object = { type: 'deployment', id: row.id, name: row.destination_label };
      return [auditEntry(by, { at, service: 'deploy', action: `deployment.${what}`, object, details: { certificateId: row.certificate_id, destinationId: row.destination_id } })];
    });
    await this.outbox.record(tx, entries, events);
  }

  private event({ id }: Deployment, make: (about: { at: Date; subject: string }) => NewEvent): NewEvent {
    return make({ at: this.clock.now(), subject: String(id) });
  }
}

const factsOf = (row: Deployment) => ({
  id: row.id,
  certificateId: row.certificate_id,
  destinationId: row.destination_id,
  destinationLabel: row.destination_label,
  plugin: row.plugin,
  fingerprintSha256: row.fingerprint,
});
