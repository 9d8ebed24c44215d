import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { AppError } from '@sifaka/kernel';
import { serviceNames, type ServiceName } from '@sifaka/contracts';
import type { Log } from './log.js';
import { inboxPrefix } from './subjects.js';

/** Users of the bus that are no service: one sets it up and watches it, one reads events for other systems. */
export type BusUser = ServiceName | 'sifaka-admin' | 'sifaka-events';

export interface BusOptions {
  user: BusUser;
  /** `nats://host:port`, several separated by commas. A name and password in the URL serve whoever has no password of its own. */
  url: string;
  username?: string;
  password?: string;
  log: Log;
  /** How long to try to connect at start, in milliseconds; later losses are mended for ever. */
  patienceMs?: number;
}

/** The one connection of a service to NATS. */
export class Bus {
  constructor(
    readonly user: BusUser,
    readonly connection: NatsConnection,
    private readonly log: Log,
  ) {
    void this.watch();
  }

  /** What the server does not hold this user to, in a sentence for whoever operates it; null when it knows the user by name. */
  missingRights: string | null = null;

  /** False while the connection is lost and being mended. */
  isConnected = true;

  /** Sends what is buffered, lets subscriptions finish, disconnects. */
  async close(): Promise<void> {
    if (this.connection.isClosed()) return;
    await (this.connection.isDraining() ? this.connection.closed() : this.connection.drain());
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.isConnected = false;
        this.log.warn({ server: status.server }, 'NATS: connection lost');
      } else if (status.type === 'reconnect') {
        this.isConnected = true;
        this.log.info({ server: status.server }, 'NATS: connected again');
      } else if (status.type === 'error') {
        this.log.error({ err: status.error }, 'NATS: the server refused something');
      }
    }
  }
}

/** @throws AppError `unavailable` when no server answers in time, `failed_precondition` when it refuses the credentials. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const settings = connectionOptions(options);
  const giveUpAt = Date.now() + (options.patienceMs ?? defaultPatienceMs);
  for (;;) {
    try {
      const bus = new Bus(options.user, await connect(settings), options.log);
      bus.missingRights = missingRights(bus, settings);
      if (bus.missingRights !== null) options.log.warn({ user: options.user }, bus.missingRights);
      return bus;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (/authorization/i.test(text)) {
        throw new AppError(
          'failed_precondition',
          `NATS at ${serverNames(settings)} refuses the credentials of user "${settings.user ?? ''}"`,
          { cause: error },
        );
      }
      if (Date.now() >= giveUpAt) {
        throw new AppError('unavailable', `cannot reach NATS at ${serverNames(settings)}: ${text}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

const defaultPatienceMs = 5_000;
const retryMs = 200;

function missingRights({ user, connection }: Bus, settings: NodeConnectionOptions): string | null {
  const lost = 'each may call every operation under the name of any other, and read every event and answer';
  if (connection.info?.auth_required !== true) {
    return `NATS at ${serverNames(settings)} asks for no user, so that the rights of the services are not enforced: ${lost}. Give it the users of deploy/nats.`;
  }
  if (serviceNames.every((name) => name !== user) || settings.user === user) return null;
  return `service ${user} uses NATS as "${settings.user ?? ''}", so that its rights are not enforced: whoever shares that user may do all that it may, for example take calls for another service. Give it SIFAKA_NATS_USER and SIFAKA_NATS_PASSWORD of its own.`;
}

function connectionOptions(options: BusOptions): NodeConnectionOptions {
  const urls = options.url.split(',').map((text) => parseUrl(text.trim()));
  const inUrl = options.password === undefined ? urls.find(({ username }) => username !== '') : undefined;
  const user = inUrl === undefined ? options.username : decodeURIComponent(inUrl.username);
  const pass = inUrl === undefined ? options.password : decodeURIComponent(inUrl.password);
  return {
    servers: urls.map(({ host }) => host),
    ...(user !== undefined && { user }),
    ...(pass !== undefined && { pass }),
    name: `sifaka ${options.user}`,
    inboxPrefix: inboxPrefix(options.user),
    // An Error object per call, made only for its stack, costs 40 us of CPU.
    noAsyncTraces: true,
    timeout: 2_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    // A server that restarts may know its users a moment late: that must not end the service.
    ignoreAuthErrorAbort: true,
    // A dead peer behind a silent network is noticed after 20 s.
    pingInterval: 10_000,
    maxPingOut: 2,
    ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
  };
}

function parseUrl(text: string): URL {
  const address = text.includes('://') ? text : `nats://${text}`;
  // `URL.parse` is younger than the oldest Node that this runs on.
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.host === '') throw new AppError('failed_precondition', 'the NATS URL must look like nats://host:4222');
  return url;
}

function serverNames(settings: NodeConnectionOptions): string {
  return [settings.servers ?? []].flat().join(', ');
}
