import { HttpApi, type Measurement, type MetricSink, type PluginContext } from '@sifaka/plugin-sdk';
import type { AtlasOptions } from './options.js';

/** The next second's measurements wait behind it. */
const timeoutMs = 5_000;

/** Posts measurements to the sidecar that forwards them to Netflix Atlas. */
export class AtlasSink implements MetricSink {
  private readonly api: HttpApi;

  constructor({ sidecar_host: host, sidecar_port: port }: AtlasOptions, context: PluginContext) {
    this.api = new HttpApi({
      name: 'the Atlas sidecar',
      url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      context,
      // What follows a redirect is nobody's sidecar.
      fetch: (input, init) => context.fetch(input, { ...init, redirect: 'error' }),
      timeoutMs,
    });
  }

  /** An empty list says nothing, and is answered by whoever takes lists. */
  check(): Promise<void> {
    return this.post([]);
  }

  async submit(measurements: readonly Measurement[]): Promise<void> {
    if (measurements.length > 0) await this.post(measurements.map(atlasMetric));
  }

  private async post(metrics: readonly AtlasMetric[]): Promise<void> {
    await this.api.send('/metrics', { method: 'POST', json: metrics });
  }
}

interface AtlasMetric {
  value: number | 'NaN';
  type: 'COUNTER' | 'GAUGE' | 'TIMER';
  name: string;
  tags: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, UTC. */
  timestamp: number;
}

const types = { counter: 'COUNTER', gauge: 'GAUGE', timer: 'TIMER' } as const;

function atlasMetric({ name, type, value, tags, at }: Measurement): AtlasMetric {
  return { value: Number.isFinite(value) ? value : 'NaN', type: types[type], name, tags, timestamp: at.getTime() };
}
