import { Injectable } from '@nestjs/common';
import { ProveControl } from '../challenge/prove-control.js';
import { ReadAuthorization } from '../challenge/read-authorization.js';
import { AskOrder } from './ask-order.js';
import { CloseOrder } from './close-order.js';
import { FinishOrder } from './finish-order.js';
import type { Challenge, Order, OrderSnapshot } from './order.js';
import type { Circumstances } from './steps.js';
import type { Step } from './step.js';

export type OrderStep = 'ask' | 'begin' | 'settle' | 'finalize' | 'collect';
export type EndStep = 'expire' | 'close';
export type ChallengeStep = 'read' | 'publish' | 'remind' | 'look' | 'answer' | 'poll';

/** Who does which step. */
@Injectable()
export class OrderWork {
  constructor(
    private readonly asking: AskOrder,
    private readonly reading: ReadAuthorization,
    private readonly proving: ProveControl,
    private readonly finishing: FinishOrder,
    private readonly closing: CloseOrder,
  ) {}

  async onOrder(order: Order, step: OrderStep, circumstances: Circumstances): Promise<Step | undefined> {
    switch (step) {
      case 'ask':
        await this.asking.run(order);
        return undefined;
      case 'begin':
        return this.reading.begin();
      case 'settle':
        return this.finishing.settle(order, circumstances);
      case 'finalize':
        return this.finishing.finalize(order, circumstances);
      case 'collect':
        return this.finishing.collect(order, circumstances);
    }
  }

  onEnd(snapshot: OrderSnapshot, step: EndStep): Promise<Step> {
    switch (step) {
      case 'expire':
        return this.closing.expire(snapshot.order);
      case 'close':
        return this.closing.close(snapshot);
    }
  }

  onChallenge(order: Order, step: ChallengeStep, challenge: Challenge, circumstances: Circumstances): Promise<Step> {
    switch (step) {
      case 'read':
        return this.reading.run(order, challenge);
      case 'publish':
        return this.proving.publish(order, challenge);
      case 'remind':
        return this.proving.remind(order, challenge, circumstances);
      case 'look':
        return this.proving.look(order, challenge, circumstances);
      case 'answer':
        return this.proving.answer(order, challenge);
      case 'poll':
        return this.proving.poll(order, challenge, circumstances);
    }
  }
}
