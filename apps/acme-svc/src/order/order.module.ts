import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.js';
import { CleanUp } from '../challenge/clean-up.js';
import { ProveControl } from '../challenge/prove-control.js';
import { ReadAuthorization } from '../challenge/read-authorization.js';
import { TokenFiles } from '../challenge/token-files.js';
import { DnsModule } from '../dns/dns.module.js';
import { PollRenewalWindows } from '../renewal-window/poll-renewal-windows.js';
import { RenewalWindowRepository } from '../renewal-window/renewal-window.repository.js';
import { AskOrder } from './ask-order.js';
import { CloseOrder } from './close-order.js';
import { FinishOrder } from './finish-order.js';
import { OrderHandlers } from './order.handlers.js';
import { OrderLocks } from './order-locks.js';
import { OrderRepository } from './order.repository.js';
import { OrderRunner } from './order-runner.js';
import { OrderTurns } from './order-turns.repository.js';
import { OrderWork } from './order-work.js';
import { ReadOrders } from './read-orders.js';
import { TakeOrder } from './take-order.js';
import { TakeSteps } from './take-steps.js';

/** Everything about orders that does not come from elsewhere in the service. */
export const orderParts = {
  controllers: [OrderHandlers],
  providers: [
    AskOrder,
    CleanUp,
    CloseOrder,
    FinishOrder,
    OrderLocks,
    OrderRepository,
    OrderRunner,
    OrderTurns,
    OrderWork,
    PollRenewalWindows,
    ProveControl,
    ReadAuthorization,
    ReadOrders,
    RenewalWindowRepository,
    TakeOrder,
    TakeSteps,
    TokenFiles,
  ],
};

/** Orders at ACME CAs from the request to the certificate, and what CAs say of its renewal. */
@Module({ imports: [AccountModule, DnsModule], ...orderParts })
export class OrderModule {}
