import type { EventContract, RpcContract, ServiceName } from '@sifaka/contracts';
import { callSubject, inboxPrefix } from '../bus/subjects.js';
import { measurementHost, measurementSubject, measurementSubjects } from '../measurement/measurement-subject.js';
import { durableName, streamName, streamSubjects } from './durables.js';

/** What a user of the bus may do; a subscription that must join a queue group is written `<subject> <queue>`. */
export interface Rights {
  publish: string[];
  subscribe: string[];
}

export interface Registry {
  contracts: readonly RpcContract[];
  events: readonly EventContract[];
}

/** The rights of every service, from nothing but the contracts: what is not declared cannot be sent, heard or read. */
export function natsRights(registry: Registry): Record<ServiceName, Rights> {
  const of = (service: ServiceName) => serviceRights(service, registry);
  return {
    gateway: of('gateway'),
    issuer: of('issuer'),
    keyvault: of('keyvault'),
    acme: of('acme'),
    discovery: of('discovery'),
    deploy: of('deploy'),
    notify: of('notify'),
  };
}

/** Sets up the stream and watches it; sees no request and no reply of others. */
export const adminRights: Rights = {
  publish: ['$JS.API.>', '$SYS.REQ.USER.INFO'],
  subscribe: [`${inboxPrefix('sifaka-admin')}.>`, '$JS.EVENT.>'],
};

/** For other systems: may read events with consumers of its own, whose names begin with nothing of ours, and change nothing else. */
export function eventReaderRights(): Rights {
  return {
    publish: [
      '$JS.API.INFO',
      `$JS.API.STREAM.INFO.${streamName}`,
      `$JS.API.CONSUMER.CREATE.${streamName}.sifaka-events`,
      `$JS.API.CONSUMER.CREATE.${streamName}.sifaka-events.>`,
      ...durableUse('sifaka-events'),
    ],
    subscribe: [`${inboxPrefix('sifaka-events')}.>`, ...streamSubjects],
  };
}

function serviceRights(service: ServiceName, { contracts, events }: Registry): Rights {
  const asked = contracts.filter(({ callers }) => callers.includes(service)).map((contract) => callSubject(contract, service));
  const told = events.filter(({ source }) => source === service || source === 'every').map(({ subject }) => subject);
  const heard = events.flatMap((event) => {
    const durable = durableName(service, event);
    return [`$JS.API.CONSUMER.CREATE.${streamName}.${durable}.${event.subject}`, ...durableUse(durable)];
  });
  return {
    publish: [...asked, ...told, measurementSubject(service), `$JS.API.STREAM.INFO.${streamName}`, ...heard].sort(),
    subscribe: [`rpc.${service}.> ${service}`, `${inboxPrefix(service)}.>`, ...(service === measurementHost ? [`${measurementSubjects} ${service}`] : [])],
  };
}

function durableUse(durable: string): string[] {
  return [
    `$JS.API.CONSUMER.INFO.${streamName}.${durable}`,
    `$JS.API.CONSUMER.MSG.NEXT.${streamName}.${durable}`,
    `$JS.ACK.${streamName}.${durable}.>`,
  ];
}
