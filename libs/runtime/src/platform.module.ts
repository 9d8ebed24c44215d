import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { ServiceName } from '@sifaka/contracts';
import { systemClock, type Clock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { ReadinessChecks } from './readiness.js';
import { CLOCK, CONFIG, LOGGER, SERVICE } from './tokens.js';

export interface PlatformOptions {
  name: ServiceName;
  config: object;
  logger: Logger;
  clock?: Clock | undefined;
  readiness?: ReadinessChecks;
}

/**
 * What every service finds ready for injection: its configuration, logger, clock and readiness checks. {@link startService}
 * adds it, with the database and messaging, around the module of the service.
 */
@Module({})
export class PlatformModule {
  static forService(options: PlatformOptions): DynamicModule {
    const providers: Provider[] = [
      { provide: CONFIG, useValue: options.config },
      { provide: LOGGER, useValue: options.logger },
      { provide: CLOCK, useValue: options.clock ?? systemClock },
      { provide: SERVICE, useValue: options.name },
      { provide: ReadinessChecks, useValue: options.readiness ?? new ReadinessChecks() },
    ];
    return { module: PlatformModule, global: true, providers, exports: [CONFIG, LOGGER, CLOCK, SERVICE, ReadinessChecks] };
  }
}
