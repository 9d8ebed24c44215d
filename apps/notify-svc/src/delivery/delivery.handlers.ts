import { Controller } from '@nestjs/common';
import { getDelivery, listDeliveries, retryDelivery, retryFailedDeliveries, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { ReadDeliveries } from './read-deliveries.js';
import { RetryDeliveries } from './retry-deliveries.js';

@Controller()
export class DeliveryHandlers {
  constructor(
    private readonly reader: ReadDeliveries,
    private readonly retries: RetryDeliveries,
  ) {}

  @Handles(listDeliveries)
  list(input: InputOf<typeof listDeliveries>) {
    return this.reader.list(input);
  }

  @Handles(getDelivery)
  get({ id }: InputOf<typeof getDelivery>) {
    return this.reader.get(id);
  }

  @Handles(retryDelivery)
  retry({ id }: InputOf<typeof retryDelivery>, call: CallContext) {
    return this.retries.one(id, call.principal);
  }

  @Handles(retryFailedDeliveries)
  retryFailed(input: InputOf<typeof retryFailedDeliveries>, call: CallContext) {
    return this.retries.failed(input, call.principal);
  }
}
