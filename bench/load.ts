import type { Platform } from '@sifaka/e2e';
import autocannon from 'autocannon';
import type { BenchRow } from './bench-row.js';
import { measured } from './measure.js';

export interface Load {
  operation: string;
  method: string;
  path: string;
  token: string;
  /** Body of the next request: each is a new one. */
  body: () => unknown;
  connections: number;
  seconds: number;
  /** Requests per second; as many as possible without it. */
  rate?: number;
}

/** Sends one kind of request for a bounded time; throws when a single answer is not 2xx, because a refusal is cheap. */
export async function applyLoad(platform: Platform, load: Load): Promise<Omit<BenchRow, 'ceilings'>> {
  const { result, usage } = await measured(platform, async () => await autocannon(options(platform, load)));
  const done = result['2xx'];
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0 || done === 0)
    throw new Error(`${load.operation}: ${done} requests succeeded, ${failed} failed:\n${platform.log.slice(-1_000)}`);
  return {
    operation: load.operation,
    concurrency: load.connections,
    perSecond: done / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuSecondsPerOperation: usage.cpuSeconds / done,
    peakMemoryBytes: usage.peakMemoryBytes,
  };
}

function options(platform: Platform, load: Load): Parameters<typeof autocannon>[0] {
  const headers = { authorization: `Bearer ${load.token}`, 'content-type': 'application/json' };
  return {
    url: platform.url,
    connections: load.connections,
    duration: load.seconds,
    timeout: 30,
    ...(load.rate !== undefined && { overallRate: load.rate }),
    requests: [
      {
        method: load.method,
        path: load.path,
        headers,
        setupRequest: (request) => ({ ...request, body: JSON.stringify(load.body()) }),
      },
    ],
  };
}
