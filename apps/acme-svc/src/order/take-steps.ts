import { Inject, Injectable } from '@nestjs/common';
import { assertNever, isAppError, toAppError, type Clock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import { CleanUp } from '../challenge/clean-up.js';
import { OrderRepository } from './order.repository.js';
import { OrderWork } from './order-work.js';
import type { Action, ChallengeAction } from './next-actions.js';
import type { Order, OrderSnapshot } from './order.js';
import { circumstance, failure, type Circumstances } from './steps.js';
import type { Step } from './step.js';

/** Takes the steps that are due: one outside thing each, then one transaction with what came of it. */
@Injectable()
export class TakeSteps {
  constructor(
    private readonly work: OrderWork,
    private readonly cleaning: CleanUp,
    private readonly orders: OrderRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: AcmeConfig,
  ) {}

  /** Returns when all are done; what fails is written down with the order, and thrown only when that cannot be written. */
  async run(snapshot: OrderSnapshot, actions: readonly Action[]): Promise<void> {
    const waiting = [...actions];
    const lane = async () => {
      for (let action = waiting.shift(); action !== undefined; action = waiting.shift()) {
        // Challenges go on side by side; a failure is for the whole order, and ends the turn.
        if (!(await this.take(snapshot, action))) waiting.length = 0;
      }
    };
    await Promise.all(Array.from({ length: Math.min(lanes, actions.length) }, lane));
  }

  private async take(snapshot: OrderSnapshot, action: Action): Promise<boolean> {
    const { order } = snapshot;
    try {
      const step = await this.do(snapshot, action);
      if (step !== undefined) await this.orders.write(order, step);
      return true;
    } catch (error) {
      this.log(order, action, error);
      await this.orders.write(order, this.afterFailure(order, action, error));
      return false;
    }
  }

  /** Undefined when the step has written what came of it. */
  private async do(snapshot: OrderSnapshot, action: Action): Promise<Step | undefined> {
    const { order } = snapshot;
    switch (action.kind) {
      case 'expire':
      case 'close':
        return this.work.onEnd(snapshot, action.kind);
      case 'remove':
        return this.cleaning.remove(order, action.challenge);
      case 'ask':
      case 'begin':
      case 'settle':
      case 'finalize':
      case 'collect':
        return this.work.onOrder(order, action.kind, this.circumstances());
      case 'read':
      case 'publish':
      case 'remind':
      case 'look':
      case 'answer':
      case 'poll':
        return this.work.onChallenge(order, action.kind, action.challenge, this.circumstances());
      default:
        return assertNever(action);
    }
  }

  private afterFailure(order: Order, action: Action, error: unknown): Step {
    if (action.kind === 'remove') return this.cleaning.later(action.challenge);
    const name = isChallengeAction(action) ? action.challenge.identifierValue : undefined;
    // An order or authorization that the CA does not have any more will not come back; once it may have signed, that is what counts.
    const isOver = toAppError(error).code === 'not_found' && provingKinds.has(action.kind) && order.submittedAt === null;
    return failure(order, error, circumstance(order, name), this.circumstances(), isOver);
  }

  private circumstances(): Circumstances {
    return { now: this.clock.now(), random: Math.random(), retryMs: this.config.retrySeconds * 1_000 };
  }

  private log(order: Order, action: Action, error: unknown): void {
    const facts = { order: order.id, orderUrl: order.orderUrl, step: action.kind, authority: order.authority };
    if (isAppError(error)) this.logger.info({ ...facts, code: error.code, reason: error.reason, detail: error.message }, 'a step of an ACME order failed');
    else this.logger.error({ ...facts, err: error }, 'a step of an ACME order failed');
  }
}

/** Challenges of one order that are worked on side by side. */
const lanes = 4;

/** Steps that ask the CA about an order that is to be proved yet. */
const provingKinds: ReadonlySet<Action['kind']> = new Set<Action['kind']>(['begin', 'read', 'look', 'answer', 'poll']);

function isChallengeAction(action: Action): action is ChallengeAction {
  return 'challenge' in action;
}
