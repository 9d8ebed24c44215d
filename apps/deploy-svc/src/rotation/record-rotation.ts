import { Inject, Injectable } from '@nestjs/common';
import type { RotationStep } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { timestamp, toAppError, type Clock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { words } from '../deployment/deployment.js';
import type { Outcome, Phase, RotationTurn } from './rotation.js';
import { RotationTrail } from './rotation-trail.js';
import { RotationTurns, type RotationChanges } from './rotation-turns.repository.js';
import { step } from './rotation.view.js';
import { verifyLimitMs } from './verify-step.js';

type StepState = RotationStep['state'];

/** Writes down each step before and after, with its end and the events in one transaction each. */
@Injectable()
export class RecordRotation {
  constructor(
    private readonly database: Database,
    private readonly turns: RotationTurns,
    private readonly trail: RotationTrail,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Work begins, or goes on after a wait or a crash, which is no new try. */
  async begin(turn: RotationTurn): Promise<void> {
    const { state, attempts, tries } = turn.row;
    if (state !== 'running') await this.write(turn, { state: 'running', attempts: attempts + 1, tries: tries + 1 });
  }

  /** A step is done, and the next one about to begin. */
  async done(turn: RotationTurn, { next, detail, isSkipped = false }: Extract<Outcome, { kind: 'done' }>): Promise<void> {
    const steps = this.marked(turn, stepOf[turn.row.phase], isSkipped ? 'skipped' : 'done', isSkipped ? (detail ?? null) : null);
    if (next === 'end') return this.succeeded(turn, steps);
    await this.write(turn, { ...fresh, steps, phase: next, last_error: null, phase_until: next === 'verify' ? this.limit() : null });
  }

  async waits(turn: RotationTurn, { pauseMs, why }: Extract<Outcome, { kind: 'wait' }>): Promise<void> {
    const last_error = why ?? turn.row.cause;
    await this.write(turn, { last_error: last_error === null ? null : words(last_error) }, pauseMs);
  }

  /** @param cause why the old certificate is to be put back */
  async undoes(turn: RotationTurn, cause: string): Promise<void> {
    const failed = this.marked(turn, stepOf[turn.row.phase], 'failed', cause);
    const rest = failed.map((each): RotationStep => (each.state === 'planned' ? { ...each, state: 'skipped' } : each));
    const steps = [...rest, step('undo', `have "${turn.row.endpoint_name}" present "${turn.row.old_name ?? ''}" again`)];
    await this.write(turn, { ...fresh, steps, phase: 'undo', cause: words(cause), last_error: words(cause), phase_until: this.limit() });
  }

  /** @param nextTryMs null: not again by itself */
  async failed(turn: RotationTurn, error: unknown, nextTryMs: number | null, stepState: StepState = 'failed'): Promise<void> {
    const fault = toAppError(error);
    const last_error = words(fault.message);
    const { row } = turn;
    const marked = nextTryMs === null || row.phase === 'undo' ? this.marked(turn, stepOf[row.phase], stepState, stepState === 'failed' ? last_error : null) : row.steps;
    const steps = nextTryMs === null ? marked.map((each): RotationStep => (each.state === 'planned' ? { ...each, state: 'skipped' } : each)) : marked;
    const ended = nextTryMs === null ? { finished_at: this.clock.now(), phase_until: null } : {};
    await this.database.transaction(async (tx) => {
      turn.row = await this.turns.write(tx, row, turn.holder, { state: 'failed', last_error, steps, ...ended }, nextTryMs);
      await this.trail.failed(tx, turn.row);
    });
    this.logger.warn({ err: fault, rotationId: row.id, endpointId: row.endpoint_id, phase: row.phase, nextTryMs }, 'a rotation failed');
    if (nextTryMs === null) this.trail.count('failure', row);
  }

  private async succeeded(turn: RotationTurn, steps: RotationStep[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      turn.row = await this.turns.write(tx, turn.row, turn.holder, { state: 'succeeded', steps, last_error: null, phase_until: null, finished_at: this.clock.now() }, null);
      await this.trail.succeeded(tx, turn.row);
    });
    this.trail.count('success', turn.row);
  }

  private async write(turn: RotationTurn, changes: RotationChanges, nextTryMs?: number): Promise<void> {
    turn.row = await this.database.transaction((tx) => this.turns.write(tx, turn.row, turn.holder, changes, nextTryMs));
  }

  private marked({ row }: RotationTurn, name: RotationStep['name'] | null, state: StepState, error: string | null): RotationStep[] {
    const at = timestamp(this.clock.now());
    return row.steps.map((each) => (each.name === name ? { ...each, state, error: error === null ? null : words(error), at } : each));
  }

  private limit(): Date {
    return new Date(Date.now() + verifyLimitMs);
  }
}

/** What a phase begins with. */
const fresh = { deployment_id: null, tries: 1 } as const;

const stepOf: Record<Phase, RotationStep['name'] | null> = { deploy: 'deploy', point: 'point', verify: 'verify', confirm: null, remove: 'remove', undo: 'undo' };
