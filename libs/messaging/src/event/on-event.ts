import type { EventContract, EventDataOf } from '@sifaka/contracts';
import type { CloudEvent } from './cloud-event.js';

export interface OnEventOptions {
  /** Name of this subscription, unique in the service: what it has seen is remembered under this name. */
  durable: string;
}

export interface EventSubscription extends OnEventOptions {
  contract: EventContract;
  method: string;
}

type Listener<E extends EventContract> = (data: EventDataOf<E>, envelope: CloudEvent) => Promise<void>;

const metadataKey = 'sifaka:on-event';

/**
 * Makes a provider's method hear an event, once per event id; a throw asks for a later delivery.
 *
 * The mark that it was heard is written after the method returned: a crash between the two repeats the call, so the method
 * itself must bear repetition.
 */
export function OnEvent<E extends EventContract>(contract: E, options: OnEventOptions) {
  return <L extends Listener<E>>(target: object, key: string, _descriptor: TypedPropertyDescriptor<L>): void => {
    const subscription: EventSubscription = { contract, method: key, ...options };
    Reflect.defineMetadata(metadataKey, [...eventSubscriptions(target), subscription], target);
  };
}

/** What the methods of an instance (or prototype) listen to. */
export function eventSubscriptions(instance: object): EventSubscription[] {
  const found: unknown = Reflect.getMetadata(metadataKey, instance);
  return Array.isArray(found) ? found : [];
}
