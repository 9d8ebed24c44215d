import type { OutputOf, Principal, RequestOf, RpcContract, ServiceName } from '@sifaka/contracts';
import { openDatabase, type Database, type Sql } from '@sifaka/database';
import { systemClock, type Clock } from '@sifaka/kernel';
import { CallerContextSigner, callerPrivateKey, newCallerKeys, RpcClient, type Bus } from '@sifaka/messaging';
import { createLogger, type Logger } from '@sifaka/observability';
import { startService, type RunningService, type ServiceDefinition } from '@sifaka/runtime';
import { testEnvironment } from '@sifaka/config';
import { collectEvents, type EventCollector } from './event-collector.js';
import { testBus, type TestBus } from './test-bus.js';
import { testDatabase, testPassword, type TestDatabase } from './test-database.js';

export interface TestPlatformOptions {
  services: readonly ServiceDefinition[];
  /** Settings, for all services, or for one: `{ SIFAKA_X: '1', issuer: { SIFAKA_Y: '2' } }`. */
  env?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  clock?: Clock;
}

/** Services under test on a database and a NATS server of their own, with the roles, users and rights of the product. */
export interface TestPlatform {
  /** Asks as that service; `principal` makes it ask on a user's behalf, with a context signed like the gateway's. */
  call<C extends RpcContract>(as: ServiceName, contract: C, input: RequestOf<C>, options?: { principal?: Principal }): Promise<OutputOf<C>>;
  /** SQL with the rights of that service. */
  database(service: ServiceName): Sql;
  /** Hears the events that match, from now on: `sifaka.v1.certificate.>`. */
  events(subjectPattern: string): Promise<EventCollector>;
  service(name: ServiceName): RunningService;
  /** Another replica of a service, beside the first. */
  replicate(name: ServiceName): Promise<RunningService>;
  restart(name: ServiceName): Promise<RunningService>;
  readonly bus: TestBus;
  readonly databases: TestDatabase;
  /** Settings with which a service was started. */
  environmentOf(name: ServiceName): Record<string, string>;
  stop(): Promise<void>;
}

export async function testPlatform(options: TestPlatformOptions): Promise<TestPlatform> {
  const [databases, bus] = await Promise.all([testDatabase(options.services), testBus()]);
  const platform = new RunningPlatform(options, databases, bus);
  try {
    await platform.start();
    return platform;
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

class RunningPlatform implements TestPlatform {
  private readonly running = new Map<ServiceName, RunningService>();
  private readonly replicas: RunningService[] = [];
  private readonly clients = new Map<string, Promise<RpcClient>>();
  private readonly opened = new Map<ServiceName, Promise<Database>>();
  private readonly keys = newCallerKeys();
  private readonly signer: CallerContextSigner;
  private readonly logger: Logger = createLogger({ level: testEnvironment().SIFAKA_TEST_LOG_LEVEL ?? 'silent' });

  constructor(
    private readonly options: TestPlatformOptions,
    readonly databases: TestDatabase,
    readonly bus: TestBus,
  ) {
    // By the clock of those who verify it.
    this.signer = new CallerContextSigner(callerPrivateKey(this.keys.privateKey), options.clock ?? systemClock);
  }

  async start(): Promise<void> {
    await Promise.all(this.options.services.map(async ({ name }) => this.running.set(name, await this.launch(name))));
  }

  async call<C extends RpcContract>(
    as: ServiceName,
    contract: C,
    input: RequestOf<C>,
    options: { principal?: Principal } = {},
  ): Promise<OutputOf<C>> {
    const client = await this.client(as, options.principal !== undefined || as === 'gateway');
    return client.call(
      contract,
      input,
      options.principal === undefined && as === 'gateway' ? { principal: { kind: 'system', service: as } } : options,
    );
  }

  database(service: ServiceName): Sql {
    return { query: async (statement, params) => (await this.openedDatabase(service)).query(statement, params) };
  }

  async events(subjectPattern: string): Promise<EventCollector> {
    return collectEvents(await this.bus.connect('sifaka-events'), subjectPattern);
  }

  service(name: ServiceName): RunningService {
    const service = this.running.get(name);
    if (service === undefined) throw new Error(`service "${name}" is not part of this test platform`);
    return service;
  }

  async replicate(name: ServiceName): Promise<RunningService> {
    const replica = await this.launch(name);
    this.replicas.push(replica);
    return replica;
  }

  async restart(name: ServiceName): Promise<RunningService> {
    await this.service(name).stop();
    const service = await this.launch(name);
    this.running.set(name, service);
    return service;
  }

  environmentOf(name: ServiceName): Record<string, string> {
    const own: [string, string][] = [];
    for (const [key, value] of Object.entries(this.options.env ?? {})) if (typeof value === 'string') own.push([key, value]);
    const special = this.options.env?.[name];
    return {
      DATABASE_URL: this.databases.urlOf(name),
      SIFAKA_DATABASE_POOL_SIZE: '5',
      NATS_URL: this.bus.url,
      SIFAKA_NATS_USER: name,
      SIFAKA_NATS_PASSWORD: testPassword(name),
      SIFAKA_CALLER_PUBLIC_KEY: this.keys.publicKey,
      SIFAKA_START_LIMIT_MS: '5000',
      SIFAKA_PORT: '0',
      ...(name === 'gateway' && { SIFAKA_CALLER_PRIVATE_KEY: this.keys.privateKey }),
      ...Object.fromEntries(own),
      ...(typeof special === 'object' && special),
    };
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.running.values(), ...this.replicas].map((service) => service.stop()));
    await Promise.allSettled([...this.opened.values()].map(async (database) => (await database).close()));
    await this.bus.stop();
    await this.databases.drop();
  }

  private launch(name: ServiceName): Promise<RunningService> {
    const definition = this.options.services.find((service) => service.name === name);
    if (definition === undefined) throw new Error(`service "${name}" is not part of this test platform`);
    return startService(definition, {
      env: this.environmentOf(name),
      logger: this.logger,
      ...(this.options.clock && { clock: this.options.clock }),
    });
  }

  /** A signer makes a client speak for users, as the gateway may; without one it speaks for its service. */
  private client(as: ServiceName, signs: boolean): Promise<RpcClient> {
    const key = `${as} ${signs}`;
    const known = this.clients.get(key) ?? this.bus.connect(as).then((bus: Bus) => new RpcClient(bus, as, signs ? this.signer : undefined));
    this.clients.set(key, known);
    return known;
  }

  private openedDatabase(service: ServiceName): Promise<Database> {
    const known = this.opened.get(service) ?? openDatabase({ service, url: this.databases.urlOf(service), poolSize: 2 });
    this.opened.set(service, known);
    return known;
  }
}
