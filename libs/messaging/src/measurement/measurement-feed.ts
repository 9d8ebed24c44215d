import type { Msg, Subscription } from '@nats-io/transport-node';
import type { ServiceName } from '@sifaka/contracts';
import { serviceNames } from '@sifaka/contracts';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { readBatch, type MeasurementBatch } from './measurement-batch.js';
import { measurementHost, measurementSubjects } from './measurement-subject.js';

/** What one service measured. */
export interface HeardMeasurements extends MeasurementBatch {
  service: ServiceName;
}

/**
 * The measurements of all services; of several replicas one hears each batch. The bus lets no other service than the one that hosts the
 * metric plugins.
 */
export class MeasurementFeed {
  private subscription: Subscription | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** @param hear must not wait and must not throw */
  start(hear: (heard: HeardMeasurements) => void): void {
    this.subscription = this.bus.connection.subscribe(measurementSubjects, {
      queue: measurementHost,
      callback: (error, message) => {
        const heard = error === null ? readMessage(message) : null;
        if (heard !== null) hear(heard);
        else if (error === null) this.log.warn({ subject: message.subject }, 'dropped measurements that cannot be read');
        else this.log.error({ err: error }, 'measurements of other services cannot be heard');
      },
    });
  }

  /** Takes no more. */
  async stop(): Promise<void> {
    const subscription = this.subscription;
    this.subscription = undefined;
    if (subscription !== undefined && !this.bus.connection.isClosed()) await subscription.drain();
  }
}

function readMessage(message: Msg): HeardMeasurements | null {
  const service = serviceNames.find((name) => message.subject.endsWith(`.${name}`));
  const batch = readBatch(message.string());
  return service === undefined || batch === null ? null : { service, ...batch };
}
