import type { EventContract, EventDataOf } from '@sifaka/contracts';
import type { CloudEvent } from './cloud-event.js';

export interface OnEventOptions {
  /** Name of this subscription, unique in the service: what it has heard is remembered under this name. */
  durable: string;
  /** The method itself does nothing the second time: what it has heard is not remembered, which saves two statements per event. */
  isIdempotent?: boolean;
}

/** A method that listens; `hear` calls it on an instance with the event's data, which must fit the contract. */
export interface EventSubscription extends OnEventOptions {
  contract: EventContract;
  hear: (self: object, envelope: CloudEvent) => Promise<void>;
}

type Listener<E extends EventContract> = (data: EventDataOf<E>, envelope: CloudEvent) => Promise<void>;

const subscriptions = new WeakMap<object, EventSubscription[]>();

/**
 * Makes a provider's method hear an event; a throw asks for a later delivery.
 *
 * Each event id is heard once (unless `isIdempotent`), except after a crash: the mark that it was heard is written when the method has returned, so the
 * method itself must bear repetition. Events of one object come in order only while nothing fails and one replica runs.
 */
export function OnEvent<E extends EventContract>(contract: E, options: OnEventOptions) {
  return <L extends Listener<E>>(target: object, _key: string, descriptor: TypedPropertyDescriptor<L>): void => {
    const listener = descriptor.value;
    if (listener === undefined) throw new Error('@OnEvent stands on a method');
    const hear = async (self: object, envelope: CloudEvent): Promise<void> => {
      const schema: E['data'] = contract.data;
      await listener.call(self, schema.parse(envelope.data), envelope);
    };
    subscriptions.set(target, [...(subscriptions.get(target) ?? []), { contract, hear, ...options }]);
  };
}

/** What the methods of an instance listen to, inherited ones included. */
export function eventSubscriptions(instance: object): EventSubscription[] {
  const parent: unknown = Object.getPrototypeOf(instance);
  const inherited = typeof parent === 'object' && parent !== null ? eventSubscriptions(parent) : [];
  return [...inherited, ...(subscriptions.get(instance) ?? [])];
}
