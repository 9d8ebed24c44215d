import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { toAppError, type Clock } from '@sifaka/kernel';
import { counter, measure, type Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { words, type Phase, type StepName } from './deployment.js';
import { DeploymentRepository } from './deployment.repository.js';
import { DeploymentTrail } from './deployment-trail.js';
import { DeploymentTurns, type Progress } from './deployment-turns.repository.js';
import type { Turn } from './turn.js';

const endings = counter('sifaka_deployment', 'Deployments that came to an end, for now', ['outcome', 'plugin']);

type Outcome = 'deployed' | 'failed' | 'rolled_back' | 'skipped' | 'removed' | 'removal_failed';

interface Failure {
  error: unknown;
  /** Null: not again by itself. */
  nextTryMs: number | null;
  changes?: Progress;
}

/** Writes down each thing before it is done and what became of it: state, history and events in one transaction each. */
@Injectable()
export class RecordProgress {
  constructor(
    private readonly database: Database,
    private readonly turns: DeploymentTurns,
    private readonly deployments: DeploymentRepository,
    private readonly trail: DeploymentTrail,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param phase what is about to be done */
  async begin(turn: Turn, phase: Phase | undefined, changes: Progress = {}, ...steps: [what: StepName, detail: string | null][]): Promise<void> {
    turn.row = await this.database.transaction(async (tx) => {
      await this.note(tx, turn, steps);
      return this.turns.progress(tx, turn.row, turn.holder, { ...changes, ...(phase !== undefined && { phase }) });
    });
  }

  async deployed(turn: Turn, changes: Progress): Promise<void> {
    const now = this.clock.now();
    const done = { phase: null, served_before: null, last_error: null, is_rolled_back: false, note: null, is_held: true, deployed_at: now, removed_at: null };
    await this.database.transaction(async (tx) => {
      turn.row = await this.turns.end(tx, turn, { state: 'deployed', nextTryMs: null }, { ...done, ...changes });
      await this.note(tx, turn, [['deployed', null]]);
      await this.trail.succeeded(tx, turn.row, false);
      const { external_id, certificate_id } = turn.row;
      if (external_id !== null) await this.trail.removed(tx, await this.turns.replaced(tx, turn.row, `certificate ${certificate_id} took its place at the destination`));
    });
    this.count(turn, 'deployed', 'success');
  }

  async failed(turn: Turn, { error, nextTryMs, changes = {} }: Failure): Promise<void> {
    const fault = toAppError(error);
    const last_error = words(fault.message);
    await this.database.transaction(async (tx) => {
      turn.row = await this.turns.end(tx, turn, { state: 'failed', nextTryMs }, { last_error, ...changes });
      await this.note(tx, turn, [['failed', last_error]]);
      if (turn.row.wanted === 'deployed') await this.trail.failed(tx, turn.row);
    });
    const { id, certificate_id, destination_id, attempts, wanted, is_rolled_back } = turn.row;
    this.logger.warn({ err: fault, deploymentId: id, certificateId: certificate_id, destinationId: destination_id, attempts, nextTryMs, wanted }, 'a deployment failed');
    if (wanted === 'removed') this.count(turn, 'removal_failed');
    else this.count(turn, is_rolled_back ? 'rolled_back' : 'failed', 'failure');
  }

  /** Attached, and not uploaded: nothing is wrong, and nothing to be done. */
  async skipped(turn: Turn, note: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      turn.row = await this.turns.end(tx, turn, { state: 'failed', nextTryMs: null }, { phase: null, note, last_error: null });
      await this.note(tx, turn, [['skipped', note]]);
    });
    this.count(turn, 'skipped');
  }

  /** @param left it is still there, which the note says */
  async removed(turn: Turn, note: string | null, left = false): Promise<void> {
    const changes = { phase: null, served_before: null, last_error: null, note, removed_at: this.clock.now(), is_held: left };
    await this.database.transaction(async (tx) => {
      turn.row = await this.turns.end(tx, turn, { state: 'removed', nextTryMs: null }, changes);
      await this.trail.removed(tx, [turn.row]);
    });
    this.count(turn, 'removed');
  }

  private note(tx: Parameters<DeploymentRepository['addSteps']>[0], { row }: Turn, steps: readonly [StepName, string | null][]): Promise<void> {
    return this.deployments.addSteps(tx, this.clock.now(), steps.map(([what, detail]) => ({ deploymentId: row.id, what, detail: detail === null ? null : words(detail) })));
  }

  /** Domain-rules DE-1 to DE-3: uploads count, what is only attached does not. */
  private count({ row: { plugin, destination_label, certificate_id }, certificateName = String(certificate_id) }: Turn, outcome: Outcome, upload?: 'success' | 'failure'): void {
    endings.add(1, { outcome, plugin });
    if (upload !== undefined) measure.count('destination_upload', { status: upload, plugin, destination: destination_label, certificate: certificateName });
  }
}
