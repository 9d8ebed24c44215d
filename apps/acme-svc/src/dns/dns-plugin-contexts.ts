import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { openOutbound, type GuardedOutbound } from '@sifaka/outbound';
import type { PluginContext } from '@sifaka/plugin-sdk';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import { DnsSecrets } from './dns-secrets.js';

/** Hands DNS plugins all that they may reach of the world. */
@Injectable()
export class DnsPluginContexts implements OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly outbound: GuardedOutbound;

  constructor(
    private readonly secrets: DnsSecrets,
    @Inject(CONFIG) config: AcmeConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.outbound = openOutbound({ config });
  }

  of(slug: string): PluginContext {
    const logger = this.logger.child({ plugin: slug });
    return {
      logger: {
        debug: (message, fields) => logger.debug(fields ?? {}, message),
        info: (message, fields) => logger.info(fields ?? {}, message),
        warn: (message, fields) => logger.warn(fields ?? {}, message),
        error: (message, fields) => logger.error(fields ?? {}, message),
      },
      clock: this.clock,
      fetch: this.outbound.fetch,
      outbound: this.outbound,
      secrets: { read: (reference) => this.secrets.read(reference) },
      signal: this.stopping.signal,
      random: (length) => randomBytes(length),
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.outbound.close();
  }
}
