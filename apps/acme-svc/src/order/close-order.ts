import { Inject, Injectable } from '@nestjs/common';
import { isAppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { AcmeConnections } from '../protocol/acme-connection.js';
import { FinishOrder } from './finish-order.js';
import { judge } from './judge.js';
import type { Order, OrderSnapshot } from './order.js';
import { untilNextLastLook } from './pauses.js';
import { givenUp } from './steps.js';
import type { Step } from './step.js';

/**
 * The end of an order that came to nothing here, at the CA too.
 *
 * Once the CA may have the request for the certificate it may sign, whoever still waits: a valid certificate that nobody has on record is
 * worse than one that nobody wants. It is looked for until the CA says that there will be none.
 */
@Injectable()
export class CloseOrder {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly finishing: FinishOrder,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Its time is over; what the CA has signed by now counts. */
  async expire(order: Order): Promise<Step> {
    const found = order.submittedAt === null ? null : await this.finishing.lastLook(order).catch(() => null);
    return found?.step ?? givenUp({ ...order, lastError: lateError(order) }, this.clock.now());
  }

  async close(snapshot: OrderSnapshot): Promise<Step> {
    const { order } = snapshot;
    try {
      return order.submittedAt === null ? await this.deactivate(snapshot) : await this.watch(order);
    } catch (error) {
      if (!isAppError(error)) throw error;
      const isEnough = order.submittedAt === null ? order.closeTries + 1 >= mostCloseTries : judge(error) === 'fatal' || this.isOld(order);
      return isEnough ? closed : this.later(order, error.retryAfterMs ?? null);
    }
  }

  private async watch(order: Order): Promise<Step> {
    const { status, retryAfterMs, step } = await this.finishing.lastLook(order);
    if (step !== null) return step;
    // Our request may still be on its way to an order that is ready.
    const isOver = status === 'invalid' || (status !== 'processing' && status !== 'valid' && this.sinceEnd(order) > requestMs) || this.isOld(order);
    return isOver ? closed : this.later(order, retryAfterMs);
  }

  /** RFC 8555 section 7.5.2, so that a pending authorization does not count against the account's limits. Tried, not insisted on. */
  private async deactivate({ order, challenges }: OrderSnapshot): Promise<Step> {
    const pending = challenges.filter(({ round, state }) => round === order.round && state !== 'valid' && state !== 'invalid' && state !== 'skipped');
    const connection = await this.connections.of(order.authority);
    for (const { authorizationUrl } of pending) await connection.deactivateAuthorization(authorizationUrl).catch(ignoreRefusal);
    return closed;
  }

  private later({ closeTries }: Order, retryAfterMs: number | null): Step {
    return { order: { closeTries: closeTries + 1, pollAt: new Date(this.clock.now().getTime() + untilNextLastLook(closeTries, retryAfterMs)) } };
  }

  private isOld(order: Order): boolean {
    return this.sinceEnd(order) > longestWatchMs;
  }

  private sinceEnd({ endedAt }: Order): number {
    return endedAt === null ? 0 : this.clock.now().getTime() - endedAt.getTime();
  }
}

const closed: Step = { order: { isClosed: true, pollAt: null } };
const mostCloseTries = 3;
/** The longest that a setting lets a request take. */
const requestMs = 120_000;
/** Orders at CAs expire after a week; what is signed later was approved by somebody. */
const longestWatchMs = 7 * 86_400_000;

/** What is not pending any more cannot be deactivated, and need not be. */
function ignoreRefusal(error: unknown): void {
  if (!isAppError(error) || !['failed_precondition', 'not_found', 'conflict'].includes(error.code)) throw error;
}

function lateError({ until, lastError }: Order): string {
  return `no certificate until ${until.toISOString()}${lastError === null ? '' : `: ${lastError}`}`;
}
