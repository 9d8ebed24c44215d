import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { expectOk, Platform, type Client } from '@sifaka/e2e';
import { z } from 'zod';
import type { Bench, BenchRow } from './bench-row.js';
import { measured } from './measure.js';
import { startTlsEndpoints, type TlsEndpoints } from './tls-endpoints.js';

const concurrency = 200;
const rawConcurrency = 100;
const rawSeconds = 10;
const scanLimitMs = 600_000;
const sampleMs = 100;
const pollMs = 500;
/** What the product promises. */
const mostSockets = 200;

/** A network source over 10,240 endpoints of loopback: the whole of a run, ingest included; certificates alone, and with protocol versions. */
export const scan: Bench = async (log) => {
  const endpoints = await startTlsEndpoints();
  const platform = await Platform.start({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.77.0.0/16' } }).catch((error: unknown) => {
    endpoints.stop();
    throw error;
  });
  try {
    const rows: Omit<BenchRow, 'ceilings'>[] = [];
    for (const survey of ['certificates', 'protocols']) {
      log(`${endpoints.count} endpoints, ${endpoints.hanging} of them hanging: ${survey}`);
      rows.push(await runOf(platform, endpoints, survey, log));
    }
    log('raw ceiling');
    const perSecond = await rawHandshakes(endpoints);
    return rows.map((row) => ({
      ...row,
      ceilings: [{ operation: `TLS handshakes of Node, ${rawConcurrency} at a time`, perSecond, ratio: row.perSecond / perSecond }],
    }));
  } finally {
    await platform.dispose();
    endpoints.stop();
  }
};

async function runOf(
  platform: Platform,
  endpoints: TlsEndpoints,
  survey: string,
  log: (line: string) => void,
): Promise<Omit<BenchRow, 'ceilings'>> {
  const admin = await platform.admin();
  const options = { networks: endpoints.networks, ports: endpoints.ports.join(','), survey, concurrency };
  const pluginOptions = Object.entries(options).map(([name, value]) => ({ name, value }));
  const startedAt = performance.now();
  const { result, usage } = await measured(platform, async () => {
    const source = Id.parse(
      expectOk(
        await admin.post('/sources', {
          label: `bench ${survey}`,
          description: '',
          schedule: null,
          plugin: { slug: 'network-source', pluginOptions },
        }),
      ),
    );
    return endOf(admin, source.id);
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  if (result.run.counts.endpointsFound !== endpoints.count - endpoints.hanging)
    throw new Error(`the scan found ${result.run.counts.endpointsFound} endpoints: ${JSON.stringify(result.run)}`);
  if (result.sockets > mostSockets) throw new Error(`the scan had ${result.sockets} sockets open, ${mostSockets} are promised`);
  log(`${seconds.toFixed(1)} s, at most ${result.sockets} sockets`);
  return {
    operation: `scan: ${survey}`,
    concurrency,
    perSecond: endpoints.count / seconds,
    // Of the whole run: single endpoints are nobody's operation.
    p50Ms: seconds * 1_000,
    p99Ms: seconds * 1_000,
    cpuSecondsPerOperation: usage.cpuSeconds / endpoints.count,
    peakMemoryBytes: usage.peakMemoryBytes,
  };
}

const Id = z.object({ id: z.int() });
const Run = z.object({ state: z.string(), error: z.string().nullable(), counts: z.object({ endpointsFound: z.int() }) });
const Runs = z.object({ items: z.array(Run) });
const underWay = ['queued', 'running', 'interrupted'];

/** Waits for the first run of a new source, and counts its connections meanwhile. */
async function endOf(admin: Client, sourceId: number): Promise<{ run: z.output<typeof Run>; sockets: number }> {
  let sockets = 0;
  const timer = setInterval(() => {
    sockets = Math.max(sockets, openSockets());
  }, sampleMs);
  try {
    const endAt = performance.now() + scanLimitMs;
    while (performance.now() < endAt) {
      await delay(pollMs);
      const [run] = Runs.parse(expectOk(await admin.get(`/sources/${sourceId}/runs`))).items;
      if (run === undefined || underWay.includes(run.state)) continue;
      if (run.state === 'failed') throw new Error(`the scan failed: ${run.error ?? ''}`);
      return { run, sockets };
    }
  } finally {
    clearInterval(timer);
  }
  throw new Error(`the scan did not end within ${scanLimitMs} ms`);
}

const established = '01';
/** 127.77 as /proc/net/tcp writes it, at the far end of the connection. */
const farEnd = /^[0-9A-F]{4}4D7F:/;

/** Established connections to the endpoints, counted where they begin. */
function openSockets(): number {
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return lines.filter((line) => {
    const [, , remote = '', state] = line.trim().split(/\s+/);
    return state === established && farEnd.test(remote);
  }).length;
}

/** Full handshakes with the endpoints that answer, by Node's own client in this process. */
async function rawHandshakes(endpoints: TlsEndpoints): Promise<number> {
  const endAt = performance.now() + rawSeconds * 1_000;
  let next = 0;
  let done = 0;
  const client = async () => {
    while (performance.now() < endAt) {
      await handshake(endpoints.answering((next += 1)));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: rawConcurrency }, client));
  return done / rawSeconds;
}

function handshake(target: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, rejectUnauthorized: false }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
