import type { ServiceName } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { counter, openOutlet, type MeasurementOutlet, type TakenMeasurement } from '@sifaka/observability';
import type { Bus } from '../bus/bus.js';
import { packBatches } from './measurement-batch.js';
import { measurementSubject } from './measurement-subject.js';

const dropped = counter('sifaka_measurements_dropped', 'Measurements that were not sent to the metric providers', ['service', 'reason']);

interface RelayOptions {
  service: ServiceName;
  bus: Pick<Bus, 'connection' | 'isConnected'>;
  clock: Clock;
  /** Slugs of metric plugins; without any this does nothing at all. */
  providers: readonly string[];
}

/**
 * Takes what this process measures to the service that hosts the metric plugins, once a second. Nobody waits for it: what has no room, or
 * finds the bus away, is dropped and counted.
 */
export class MeasurementRelay implements MeasurementOutlet {
  private held: TakenMeasurement[] = [];
  private lost = 0;
  private timer: NodeJS.Timeout | undefined;
  private close: (() => void) | undefined;
  private waiting: (() => void)[] = [];

  constructor(private readonly options: RelayOptions) {}

  take(measurement: TakenMeasurement): void {
    if (this.held.length < heldLimit) this.held.push(measurement);
    else this.lost += 1;
  }

  async room(): Promise<void> {
    while (this.held.length >= heldLimit / 2 && this.close !== undefined) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Sends what is held. */
  flush(): void {
    const { service, bus, clock } = this.options;
    const { held, lost } = this;
    const subject = measurementSubject(service);
    this.held = [];
    this.lost = 0;
    if (lost > 0) dropped.add(lost, { service, reason: 'no_room' });
    // What is given to a lost connection would wait in memory and arrive in a flood.
    if (bus.isConnected && !bus.connection.isClosed()) for (const text of packBatches(held, clock.now())) bus.connection.publish(subject, text);
    else if (held.length > 0) dropped.add(held.length, { service, reason: 'no_bus' });
    for (const goOn of this.waiting.splice(0)) goOn();
  }

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    if (this.options.providers.length === 0 || this.close !== undefined) return;
    this.close = openOutlet(this);
    this.timer = setInterval(() => this.flush(), flushMs).unref();
  }

  /** Called by Nest, once calls, jobs and events have drained; the bus is still open. */
  onApplicationShutdown(): void {
    if (this.close === undefined) return;
    clearInterval(this.timer);
    this.close();
    this.close = undefined;
    this.flush();
  }
}

const flushMs = 1_000;

/** In one second: five thousand requests measure ten thousand things. Held in some 3 MB. */
const heldLimit = 20_000;
