import { Controller } from '@nestjs/common';
import {
  getDelivery,
  getDeliveryOperation,
  getNotification,
  listDeliveries,
  listDeliveriesOperation,
  listNotificationDeliveriesOperation,
  retryDelivery,
  retryDeliveryOperation,
  retryFailedDeliveries,
  retryFailedDeliveriesOperation,
  retryNotificationDeliveriesOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';

type Filters = RequestFor<typeof listDeliveriesOperation>['query'];

/** Messages on their way, which notify-svc keeps. */
@Controller()
export class DeliveryController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(listDeliveriesOperation)
  list({ query }: RequestFor<typeof listDeliveriesOperation>, call: HttpCall) {
    return this.read(query, null, call);
  }

  /** Of one that was deleted there may be some still, but nobody is shown them by its id. */
  @Serves(listNotificationDeliveriesOperation)
  async ofNotification({ params, query }: RequestFor<typeof listNotificationDeliveriesOperation>, call: HttpCall) {
    await this.rpc.call(getNotification, params, { principal: callerOf(call) });
    return this.read(query, params.id, call);
  }

  @Serves(getDeliveryOperation)
  get({ params }: RequestFor<typeof getDeliveryOperation>, call: HttpCall) {
    return this.rpc.call(getDelivery, params, { principal: callerOf(call) });
  }

  @Serves(retryDeliveryOperation)
  retry({ params }: RequestFor<typeof retryDeliveryOperation>, call: HttpCall) {
    return this.rpc.call(retryDelivery, params, { principal: callerOf(call) });
  }

  @Serves(retryFailedDeliveriesOperation)
  retryFailed(_request: RequestFor<typeof retryFailedDeliveriesOperation>, call: HttpCall) {
    return this.rpc.call(retryFailedDeliveries, { notificationId: null }, { principal: callerOf(call) });
  }

  @Serves(retryNotificationDeliveriesOperation)
  async retryOfNotification({ params }: RequestFor<typeof retryNotificationDeliveriesOperation>, call: HttpCall) {
    const principal = callerOf(call);
    await this.rpc.call(getNotification, params, { principal });
    return this.rpc.call(retryFailedDeliveries, { notificationId: params.id }, { principal });
  }

  private read(query: Filters, notificationId: number | null, call: HttpCall) {
    const { state = null, type = null, certificateId = null } = query;
    return inSlices(windowOf(query), (window) => this.rpc.call(listDeliveries, { window, notificationId, certificateId, state, type }, { principal: callerOf(call) }));
  }
}
