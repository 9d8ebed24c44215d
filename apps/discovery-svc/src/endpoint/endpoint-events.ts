import { Inject, Injectable } from '@nestjs/common';
import { endpointCreated, endpointDeleted, endpointUpdated } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { newEvent, type NewEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import type { EndpointRow } from './endpoint-row.js';

type Told = Pick<EndpointRow, 'id' | 'name' | 'dnsname' | 'port' | 'type' | 'source_id' | 'destination_id'> & { certificates: readonly { certificateId: number }[] };

/** Tells of endpoints to whoever listens. */
@Injectable()
export class EndpointEvents {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  created(endpoint: Told): NewEvent {
    return newEvent(endpointCreated, facts(endpoint), this.about(endpoint));
  }

  updated(endpoint: Told): NewEvent {
    return newEvent(endpointUpdated, facts(endpoint), this.about(endpoint));
  }

  deleted(endpoint: Told): NewEvent {
    return newEvent(endpointDeleted, facts(endpoint), this.about(endpoint));
  }

  private about({ id }: Told) {
    return { at: this.clock.now(), subject: String(id) };
  }
}

const facts = ({ id, name, dnsname, port, type, source_id: sourceId, destination_id: destinationId, certificates }: Told) => ({
  id,
  name,
  dnsname,
  port,
  type,
  sourceId,
  destinationId,
  certificateIds: certificates.map(({ certificateId }) => certificateId),
});
