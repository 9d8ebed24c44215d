import { HttpApi, type Measurement, type MetricSink, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { LineProtocol, nanosecondsInMillisecond } from './line-protocol.js';
import type { InfluxOptions } from './options.js';

/** The next second's measurements wait behind it. */
const timeoutMs = 5_000;

/** Version 1 says `error`, version 2 `code` and `message`. */
const Fault = z.union([z.object({ error: z.string() }).transform(({ error }) => error), z.object({ message: z.string() }).transform(({ message }) => message)]);

/** Writes measurements to a database of InfluxDB 1 or a bucket of InfluxDB 2 and 3. */
export class InfluxSink implements MetricSink {
  private readonly api: HttpApi;
  private lineProtocol: LineProtocol | undefined;

  constructor(
    private readonly options: InfluxOptions,
    private readonly context: PluginContext,
  ) {
    const { url, ca_bundle: caPem, verify_tls: isVerified, token, password } = options;
    const isOwnTrust = caPem !== undefined || !isVerified;
    this.api = new HttpApi({
      name: 'InfluxDB',
      url,
      headers: authorization(options),
      secrets: [token, password].filter((secret) => secret !== undefined),
      explain: (body) => Fault.safeParse(body).data,
      context,
      // Credentials go where the configuration says and nowhere else.
      fetch: (input, init) => (isOwnTrust ? context.outbound.fetchWith({ ...(caPem !== undefined && { caPem }), isVerified }) : context.fetch)(input, { ...init, redirect: 'error' }),
      timeoutMs,
    });
  }

  /** Writes nothing, by which the address, the database or bucket, and the right to write are proven. */
  async check(): Promise<void> {
    await this.write('\n');
  }

  async submit(measurements: readonly Measurement[]): Promise<void> {
    // Drawn at the first use: replicas write to the same series, and must not choose the same nanoseconds.
    this.lineProtocol ??= new LineProtocol(Buffer.from(this.context.random(4)).readUInt32BE() % nanosecondsInMillisecond);
    const lines = this.lineProtocol.lines(measurements);
    if (lines !== '') await this.write(lines);
  }

  private async write(lines: string): Promise<void> {
    const { path, query } = target(this.options);
    await this.api.send(path, { method: 'POST', query: { ...query, precision: 'ns' }, content: { type: 'text/plain; charset=utf-8', body: lines } });
  }
}

function target({ org, bucket, database = 'sifaka', retention_policy: rp }: InfluxOptions): { path: string; query: Record<string, string> } {
  if (bucket !== undefined) return { path: '/api/v2/write', query: { bucket, ...(org !== undefined && { org }) } };
  return { path: '/write', query: { db: database, ...(rp !== undefined && { rp }) } };
}

function authorization({ token, username, password = '' }: InfluxOptions): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` };
  return username === undefined ? {} : { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
