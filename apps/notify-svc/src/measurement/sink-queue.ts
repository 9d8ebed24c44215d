import { toAppError, AppError, type Clock } from '@sifaka/kernel';
import { counter, type Logger } from '@sifaka/observability';
import type { Measurement, MetricSink } from '@sifaka/plugin-sdk';

const handedOver = counter('sifaka_measurements_handed_over', 'Measurements that a metric provider took', ['provider']);
const lost = counter('sifaka_measurements_lost', 'Measurements that a metric provider did not get', ['provider', 'reason']);

/** Measurements in one call: some 200 kB of JSON. */
const batchSize = 1_000;

/** What three replicas of every service measure in some seconds; held in some 5 MB. */
const heldLimit = 30_000;

/** Longer than plugins take that keep to what is asked of them. */
const submitLimitMs = 15_000;

const logPauseMs = 60_000;

interface QueueParts {
  provider: string;
  sink: MetricSink;
  logger: Logger;
  clock: Clock;
  limitMs?: number;
}

/** What waits for one provider. Each has its own: one that is slow or away holds up nobody else. */
export class SinkQueue {
  private held: Measurement[] = [];
  private work: Promise<void> | undefined;
  private lostCount = 0;
  private toldAt = -Infinity;

  constructor(private readonly parts: QueueParts) {}

  /** Never waits; what there is no room for is lost and counted. */
  add(measurements: readonly Measurement[]): void {
    const taken = measurements.slice(0, heldLimit - this.held.length);
    for (const measurement of taken) this.held.push(measurement);
    if (taken.length < measurements.length) this.lose(measurements.length - taken.length, 'no_room', new AppError('upstream_timeout', 'it takes measurements more slowly than they are made'));
    this.start();
  }

  /** Hands over what is there, as far as that goes within the limit, and ends the sink. */
  async close(limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.work, new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))]);
    clearTimeout(timer);
    this.held = [];
    await this.parts.sink.close?.().catch(() => undefined);
  }

  private start(): void {
    if (this.work !== undefined || this.held.length === 0) return;
    this.work = this.drain().finally(() => {
      this.work = undefined;
      // What came between its end and this.
      this.start();
    });
  }

  private async drain(): Promise<void> {
    const { provider } = this.parts;
    while (this.held.length > 0) {
      const batch = this.held.splice(0, batchSize);
      try {
        await this.submit(batch);
        handedOver.add(batch.length, { provider });
      } catch (error) {
        this.lose(batch.length, 'refused', toAppError(error));
      }
    }
  }

  private async submit(batch: readonly Measurement[]): Promise<void> {
    const { sink, limitMs = submitLimitMs } = this.parts;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new AppError('upstream_timeout', `it did not take them within ${limitMs} ms`)), limitMs)));
    try {
      await Promise.race([sink.submit(batch), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A provider that is away for a night fills no log: it is named once a minute, with what was lost since. */
  private lose(count: number, reason: 'refused' | 'no_room', fault: AppError): void {
    const { provider, logger, clock } = this.parts;
    lost.add(count, { provider, reason });
    this.lostCount += count;
    const now = clock.now().getTime();
    if (Math.abs(now - this.toldAt) < logPauseMs) return;
    logger.warn({ provider, lost: this.lostCount, code: fault.code, reason: fault.message }, 'a metric provider does not take measurements');
    this.toldAt = now;
    this.lostCount = 0;
  }
}
