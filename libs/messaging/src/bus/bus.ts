import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { AppError } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import type { Log } from './log.js';
import { inboxPrefix } from './subjects.js';

/** Users of the bus that are no service: one sets it up and watches it, one reads events for other systems. */
export type BusUser = ServiceName | 'sifaka-admin' | 'sifaka-events';

export interface BusOptions {
  user: BusUser;
  /** `nats://host:port`, several separated by commas. A name and password in the URL win over the two fields below. */
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
      return new Bus(options.user, await connect(settings), options.log);
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

function connectionOptions(options: BusOptions): NodeConnectionOptions {
  const urls = options.url.split(',').map((text) => parseUrl(text.trim()));
  const inUrl = urls.find(({ username }) => username !== '');
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
