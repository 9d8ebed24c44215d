import { DeliveryHandlers } from './delivery.handlers.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryRunner } from './delivery-runner.js';
import { DeliveryTrail } from './delivery-trail.js';
import { DeliveryTurns } from './delivery-turns.repository.js';
import { ForgetDeliveries } from './forget-deliveries.js';
import { ReadDeliveries } from './read-deliveries.js';
import { RecordDelivery } from './record-delivery.js';
import { RetryDeliveries } from './retry-deliveries.js';
import { SendDelivery } from './send-delivery.js';
import { TargetLeases } from './target-leases.js';
import { WriteDeliveries } from './write-deliveries.js';

export const deliveryParts = {
  controllers: [DeliveryHandlers],
  providers: [DeliveryRepository, DeliveryTurns, DeliveryTrail, TargetLeases, WriteDeliveries, SendDelivery, RecordDelivery, DeliveryRunner, ReadDeliveries, RetryDeliveries, ForgetDeliveries],
};
