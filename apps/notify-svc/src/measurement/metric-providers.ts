import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import type { MeasurementFeed } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import type { PluginHost } from '@sifaka/plugin-host';
import { SinkQueue } from './sink-queue.js';

interface ProviderParts {
  /** Slugs of metric plugins, as configured. */
  slugs: readonly string[];
  host: PluginHost<'metric'>;
  feed: MeasurementFeed;
  logger: Logger;
  clock: Clock;
}

/** Part of the time that a stopping service has. */
const lastWordsMs = 1_000;

/** Hands what all services measure to every configured metric plugin. */
export class MetricProviders {
  private queues: SinkQueue[] = [];

  constructor(private readonly parts: ProviderParts) {}

  /**
   * Called by Nest.
   *
   * @throws AppError `failed_precondition` for a plugin that is not there, or whose settings it does not accept
   */
  async onModuleInit(): Promise<void> {
    const { slugs, host, logger, clock } = this.parts;
    for (const provider of new Set(slugs)) {
      const sink = await host.make(provider, null).catch((error: unknown) => {
        throw isAppError(error) ? new AppError('failed_precondition', `SIFAKA_METRIC_PROVIDERS: ${error.message}`, { reason: 'config.invalid', cause: error }) : error;
      });
      this.queues.push(new SinkQueue({ provider, sink, logger, clock }));
    }
  }

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    if (this.queues.length === 0) return;
    this.parts.feed.start(({ at, measurements }) => {
      const taken = measurements.map((measurement) => ({ ...measurement, at }));
      for (const queue of this.queues) queue.add(taken);
    });
  }

  /** Called by Nest, while plugins may still reach the world. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.parts.feed.stop();
    await Promise.all(this.queues.splice(0).map((queue) => queue.close(lastWordsMs)));
  }
}
