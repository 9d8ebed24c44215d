import { randomBytes } from 'node:crypto';
import type { Clock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import type { GuardedOutbound } from '@sifaka/outbound';
import type { PluginContext, PluginLogger } from '@sifaka/plugin-sdk';
import type { HostSecrets } from './host-secrets.js';

interface ContextParts {
  logger: Logger;
  clock: Clock;
  outbound: GuardedOutbound;
  secrets: HostSecrets;
}

/** Hands plugins all that they may reach of the world; kinds that get more add to it. */
export class PluginContexts {
  private readonly stopping = new AbortController();

  constructor(private readonly parts: ContextParts) {}

  of(slug: string): PluginContext {
    const { clock, outbound, secrets } = this.parts;
    return {
      logger: this.loggerOf(slug),
      clock,
      fetch: outbound.fetch,
      outbound,
      secrets: {
        async read(reference) {
          const [value = ''] = await secrets.resolveSecrets([reference]);
          return value;
        },
      },
      signal: this.stopping.signal,
      random: (length) => randomBytes(length),
    };
  }

  /** Tells plugins that the host stops, then cuts off what they have under way. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.parts.outbound.close();
  }

  /** Called by Nest, once calls, jobs and events have drained. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private loggerOf(slug: string): PluginLogger {
    const logger = this.parts.logger.child({ plugin: slug });
    return {
      debug: (message, fields) => logger.debug(fields ?? {}, message),
      info: (message, fields) => logger.info(fields ?? {}, message),
      warn: (message, fields) => logger.warn(fields ?? {}, message),
      error: (message, fields) => logger.error(fields ?? {}, message),
    };
  }
}
