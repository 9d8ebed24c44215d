import { Injectable } from '@nestjs/common';
import { destinationCreated, destinationUpdated, type EventDataOf } from '@sifaka/contracts';
import { OnEvent, type CloudEvent } from '@sifaka/messaging';
import { DestinationLabelRepository } from './destination-label.repository.js';

/** Keeps what destinations are called, which this service has no right to ask. */
@Injectable()
export class HearDestinations {
  constructor(private readonly labels: DestinationLabelRepository) {}

  @OnEvent(destinationCreated, { durable: 'label-new-destination', isIdempotent: true })
  created(destination: EventDataOf<typeof destinationCreated>, { time }: CloudEvent): Promise<void> {
    return this.labels.note(destination, new Date(time));
  }

  @OnEvent(destinationUpdated, { durable: 'label-destination', isIdempotent: true })
  updated(destination: EventDataOf<typeof destinationUpdated>, { time }: CloudEvent): Promise<void> {
    return this.labels.note(destination, new Date(time));
  }
}
