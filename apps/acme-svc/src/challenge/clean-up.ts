import { Inject, Injectable } from '@nestjs/common';
import { isAppError, type Clock } from '@sifaka/kernel';
import { tokenRemovalRequested } from '@sifaka/contracts';
import { newEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { DnsChallenges } from '../dns/dns-challenges.js';
import type { Challenge, Order, OrderSnapshot } from '../order/order.js';
import { untilNextCleanUp } from '../order/pauses.js';
import type { Step } from '../order/step.js';
import { AcmeConnections } from '../protocol/acme-connection.js';
import { tokenPath } from './dns-value.js';

/** Leaves nothing behind: neither records and tokens, nor authorizations that a CA counts as pending. */
@Injectable()
export class CleanUp {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly dns: DnsChallenges,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async remove(_order: Order, challenge: Challenge): Promise<Step> {
    const { id, state, type, token, tokenDestination } = challenge;
    const done: Step = { challenges: [{ id, from: state, change: { isCleanedUp: true, cleanUpAt: null } }] };
    if (type === 'dns-01') {
      const { isRemoved } = await this.dns.remove(id);
      return isRemoved ? done : this.later(challenge);
    }
    if (tokenDestination === null || token === null) return done;
    const data = { challengeId: id, destination: tokenDestination, path: tokenPath(token) };
    return { ...done, events: [newEvent(tokenRemovalRequested, data, { at: this.clock.now(), subject: String(id) })] };
  }

  /** Clean-up goes on beside whatever the order does: its failures are not the order's. */
  later({ id, state, cleanUps }: Challenge): Step {
    const cleanUpAt = new Date(this.clock.now().getTime() + untilNextCleanUp(cleanUps));
    return { challenges: [{ id, from: state, change: { cleanUps: cleanUps + 1, cleanUpAt } }] };
  }

  /** RFC 8555 section 7.5.2, so that a pending authorization does not count against the account's limits. Tried, not insisted on. */
  async close({ order, challenges }: OrderSnapshot): Promise<Step> {
    const pending = challenges.filter(({ round, state }) => round === order.round && state !== 'valid' && state !== 'invalid' && state !== 'skipped');
    const isLast = order.closeTries + 1 >= mostCloseTries;
    try {
      const connection = await this.connections.of(order.authority);
      for (const { authorizationUrl } of pending) await connection.deactivateAuthorization(authorizationUrl).catch(ignoreRefusal);
      return { order: { isClosed: true } };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { order: { closeTries: order.closeTries + 1, isClosed: isLast } };
    }
  }
}

const mostCloseTries = 3;

/** What is not pending any more cannot be deactivated, and need not be. */
function ignoreRefusal(error: unknown): void {
  if (!isAppError(error) || !['failed_precondition', 'not_found', 'conflict'].includes(error.code)) throw error;
}
