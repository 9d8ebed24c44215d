import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { tokenRemovalRequested } from '@sifaka/contracts';
import { newEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { DnsChallenges } from '../dns/dns-challenges.js';
import type { Challenge, Order } from '../order/order.js';
import { untilNextCleanUp } from '../order/pauses.js';
import type { Step } from '../order/step.js';
import { tokenPath } from './dns-value.js';

/** Leaves no records and tokens behind. */
@Injectable()
export class CleanUp {
  constructor(
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
}
