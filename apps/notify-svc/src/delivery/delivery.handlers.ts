import { Controller } from '@nestjs/common';
import { getDelivery, listDeliveries, retryDelivery, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { ReadDeliveries } from './read-deliveries.js';

@Controller()
export class DeliveryHandlers {
  constructor(private readonly reader: ReadDeliveries) {}

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
    return this.reader.retry(id, call.principal);
  }
}
