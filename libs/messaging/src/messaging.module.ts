import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { TaskSettings } from '@sifaka/config';
import { systemClock, type Clock } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AuditEntries } from './audit/audit-entries.js';
import type { Bus } from './bus/bus.js';
import type { Log } from './bus/log.js';
import { callerPrivateKey, callerPublicKey } from './caller-keys.js';
import { EventConsumers } from './event/event-consumers.js';
import { EventHandling } from './event/event-handling.js';
import { HeardEvents } from './event/heard-events.js';
import { OutboxRelay } from './event/outbox-relay.js';
import { Outbox } from './event/outbox.js';
import { Housekeeping } from './housekeeping.js';
import { Jobs } from './job/jobs.js';
import { MeasurementFeed } from './measurement/measurement-feed.js';
import { MeasurementRelay } from './measurement/measurement-relay.js';
import { MessagingLife } from './messaging-life.js';
import { CallerContextSigner, CallerContextVerifier } from './rpc/caller-context.js';
import { DrainingServerNats } from './rpc/draining-server-nats.js';
import { RpcClient } from './rpc/rpc-client.js';

export interface MessagingOptions {
  service: ServiceName;
  /** Connected; whoever connected it closes it, after the application. */
  bus: Bus;
  databaseUrl: string;
  log: Log;
  clock?: Clock;
  /** How long a service keeps its own audit entries; 90 days by default, 31 at least. */
  auditEntryDays?: number;
  /** Jobs that one replica runs at a time; 4 by default. */
  jobConcurrency?: number | undefined;
  /** Metric plugins that get what this service measures; none by default. */
  metricProviders?: readonly string[];
  /** What the installation wants of periodic tasks. */
  tasks?: TaskSettings;
  /** Verifies caller contexts; see `callerPublicKey`. */
  callerPublicKey?: string | undefined;
  /** The gateway's alone: signs caller contexts. */
  callerPrivateKey?: string | undefined;
}

/**
 * Provides RpcClient, Outbox and Jobs to a whole application, and DrainingServerNats as its transport strategy; starts what
 * `@OnEvent` and `@Job` declare. Needs the `Database` of `DatabaseModule`.
 */
@Module({})
export class MessagingModule {
  static forService(options: MessagingOptions): DynamicModule {
    const { service, bus, log, databaseUrl, clock = systemClock, auditEntryDays = 90, metricProviders = [] } = options;
    const verifier =
      options.callerPublicKey === undefined ? {} : { verifier: new CallerContextVerifier(callerPublicKey(options.callerPublicKey), clock) };
    const signer =
      options.callerPrivateKey === undefined ? undefined : new CallerContextSigner(callerPrivateKey(options.callerPrivateKey), clock);
    const { jobConcurrency: concurrency, tasks = {} } = options;
    const jobs = { service, databaseUrl, clock, log, tasks, ...(concurrency !== undefined && { concurrency }) };
    const providers: Provider[] = [
      { provide: RpcClient, useValue: new RpcClient(bus, service, signer) },
      { provide: DrainingServerNats, useValue: new DrainingServerNats(bus, { service, log, ...verifier }) },
      { provide: Outbox, useValue: new Outbox(service) },
      { provide: HeardEvents, inject: [Database], useFactory: (database: Database) => new HeardEvents(database) },
      { provide: AuditEntries, inject: [Database], useFactory: (database: Database) => new AuditEntries(database, auditEntryDays) },
      { provide: OutboxRelay, inject: [Database], useFactory: (database: Database) => new OutboxRelay(database, bus, service, log) },
      { provide: Jobs, inject: [Database, Outbox], useFactory: (database: Database, outbox: Outbox) => new Jobs({ ...jobs, database, outbox }) },
      {
        provide: EventConsumers,
        inject: [HeardEvents],
        useFactory: (heard: HeardEvents) => new EventConsumers(bus, service, new EventHandling({ service, heard, clock, log }), log),
      },
      { provide: MeasurementRelay, useFactory: () => new MeasurementRelay({ service, bus, clock, providers: metricProviders }) },
      { provide: MeasurementFeed, useFactory: () => new MeasurementFeed(bus, log) },
      Housekeeping,
      MessagingLife,
    ];
    return {
      module: MessagingModule,
      global: true,
      imports: [DiscoveryModule],
      providers,
      exports: [RpcClient, DrainingServerNats, Outbox, Jobs, EventConsumers, MeasurementFeed, MessagingLife],
    };
  }
}
