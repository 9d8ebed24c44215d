import type { DynamicModule, Type } from '@nestjs/common';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  loadConfig,
  platformSettings,
  type ConfigDefinition,
  type ConfigOf,
  type ConfigSources,
  type PlatformConfig,
} from '@sifaka/config';
import type { ServiceName } from '@sifaka/contracts';
import type { Entity, Migration } from '@sifaka/database';

/** How a service that speaks HTTP (the gateway) does it. */
export interface HttpOptions {
  host: string;
  port: number;
  /** Name of the setting the port came from, for the message when it is in use. */
  setting: string;
  fastify?: ConstructorParameters<typeof FastifyAdapter>[0];
  /** Registers plugins, filters, pipes; runs before the application is initialised. */
  configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

interface ServiceParts<C extends ConfigDefinition> {
  name: ServiceName;
  config: C;
  /** In the order in which they are applied; `platformTables(name)` first. */
  migrations: readonly Migration[];
  entities?: readonly Entity[];
  /** The service's module. Platform, database and messaging are there already, global. */
  module: (config: ConfigOf<C>) => Type | DynamicModule;
  http?: (config: ConfigOf<C>) => HttpOptions;
  /** Jobs that one replica runs at a time; 4 by default. More for services whose jobs mostly wait for others. */
  jobConcurrency?: number;
  /** The gateway's alone: the Ed25519 key (PKCS#8, PEM or base64) that signs on whose behalf it asks. */
  callerPrivateKey?: (config: ConfigOf<C>) => string;
}

/** A service as {@link startService} and {@link runMain} take it. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  readonly config: ConfigDefinition;
  readonly migrations: readonly Migration[];
  readonly entities: readonly Entity[];
  readonly jobConcurrency?: number;
  load(sources: ConfigSources): LoadedService;
}

export interface LoadedService {
  readonly platform: PlatformConfig;
  /** All settings of the service, the shared ones included. */
  readonly config: object;
  readonly http: HttpOptions | undefined;
  readonly callerPrivateKey: string | undefined;
  module(): Type | DynamicModule;
}

/** Declares a service: its name, settings, schema and module. */
export function defineService<C extends ConfigDefinition>(parts: ServiceParts<C>): ServiceDefinition {
  return {
    name: parts.name,
    config: parts.config,
    migrations: parts.migrations,
    entities: parts.entities ?? [],
    ...(parts.jobConcurrency !== undefined && { jobConcurrency: parts.jobConcurrency }),
    load(sources) {
      const [config, platform] = loadConfig([parts.config, { service: parts.name, settings: platformSettings }], sources);
      return {
        platform,
        config,
        http: parts.http?.(config),
        callerPrivateKey: parts.callerPrivateKey?.(config),
        module: () => parts.module(config),
      };
    },
  };
}
