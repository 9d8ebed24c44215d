import { AppError } from '@sifaka/kernel';
import { connectionFault, type Measurement, type MetricSink, type PluginContext } from '@sifaka/plugin-sdk';
import { createClient, ErrorReply } from 'redis';
import type { AtlasRedisOptions } from './options.js';

/** Where the Atlas agent looks. */
const listKey = 'atlas-agent';

/** Some 200 MB: a list that nobody empties must not fill the memory of the Redis server. */
const longestList = 1_000_000;

const connectTimeoutMs = 2_000;
/** The next second's measurements wait behind it. */
const timeoutMs = 5_000;

type Client = ReturnType<typeof openClient>;

/** Appends measurements to the list of a Redis server that the Atlas agent empties. */
export class AtlasRedisSink implements MetricSink {
  private client: Client | undefined;
  private listLength = 0;
  private readonly stop = () => this.drop();

  constructor(
    private readonly options: AtlasRedisOptions,
    private readonly context: Pick<PluginContext, 'signal'>,
  ) {}

  async check(): Promise<void> {
    await this.within(async (client) => {
      await client.ping();
    });
  }

  async submit(measurements: readonly Measurement[]): Promise<void> {
    if (measurements.length === 0) return;
    await this.within(async (client) => {
      if (this.listLength > longestList) this.listLength = await client.lLen(listKey);
      if (this.listLength > longestList) throw new AppError('upstream_failed', `nobody empties the list ${listKey} of Redis: it has ${this.listLength} elements`);
      this.listLength = await client.rPush(listKey, measurements.map(atlasElement));
    });
  }

  close(): Promise<void> {
    this.drop();
    return Promise.resolve();
  }

  /** A connection that failed once is not used again: the next call makes its own. */
  private async within(work: (client: Client) => Promise<void>): Promise<void> {
    let fault: AppError | undefined;
    const timer = setTimeout(() => {
      fault = new AppError('upstream_timeout', `Redis did not answer within ${timeoutMs / 1_000} s`);
      this.drop();
    }, timeoutMs);
    try {
      this.client ??= this.open();
      if (!this.client.isOpen) await this.client.connect();
      await work(this.client);
    } catch (error) {
      this.drop();
      throw fault ?? faultOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private open(): Client {
    this.context.signal.addEventListener('abort', this.stop, { once: true });
    return openClient(this.options);
  }

  private drop(): void {
    this.context.signal.removeEventListener('abort', this.stop);
    this.client?.destroy();
    this.client = undefined;
  }
}

function openClient({ redis_host: host, redis_port: port, redis_password: password }: AtlasRedisOptions) {
  const socket = { host, port, connectTimeout: connectTimeoutMs, reconnectStrategy: false } as const;
  const client = createClient({ socket, disableOfflineQueue: true, RESP: 2, ...(password !== undefined && { password }) });
  // Whoever waits for an answer is told; nobody else has to be.
  client.on('error', () => undefined);
  return client;
}

/** Redis says of wrong passwords NOAUTH, WRONGPASS or NOPERM, and never repeats them. */
function faultOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof ErrorReply)) return connectionFault('Redis', error);
  const isRefusal = /^(?:NOAUTH|WRONGPASS|NOPERM)|invalid password|without any password/.test(error.message);
  return new AppError(isRefusal ? 'permission_denied' : 'failed_precondition', `Redis refuses: ${error.message.slice(0, 200)}`, { cause: error });
}

const types = { counter: 'COUNTER', gauge: 'GAUGE', timer: 'TIMER' } as const;

/** Time in milliseconds since 1970, UTC. */
function atlasElement({ name, type, value, tags, at }: Measurement): string {
  return JSON.stringify({ value: Number.isFinite(value) ? value : 'NaN', type: types[type], name, tags, timestamp: at.getTime() });
}
