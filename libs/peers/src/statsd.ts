import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch, type Peer } from './launch.js';
import { listens } from './nginx.js';

export interface StatsdMetric {
  /** As it came, without tags. */
  name: string;
  type: 'counter' | 'gauge' | 'timer';
  value: number;
  tags: Record<string, string>;
}

export interface Statsd extends Peer {
  readonly host: '127.0.0.1';
  /** Of its UDP socket. */
  readonly port: number;
  /** All that it has flushed so far: each duration, the sum of a counter since its last flush, a gauge when it was set. */
  metrics(): StatsdMetric[];
  /** Lines that it could not read. */
  badLines(): string[];
}

/** Says what it flushes, one line of JSON each time, for a program to read. */
const backend = `exports.init = (startedAt, config, events) => {
  events.on('flush', (at, { counters, gauges, timers }) => console.log('FLUSH ' + JSON.stringify({ counters, gauges, timers })));
  return true;
};
`;

/** Etsy's statsd, which understands the tags of DogStatsD, on loopback ports; it flushes ten times a second. */
export async function startStatsd(): Promise<Statsd> {
  const peer = await launch({
    name: 'statsd',
    ports: 2,
    async prepare({ folder, port }) {
      await writeFile(join(folder, 'backend.cjs'), backend);
      const config = {
        address: '127.0.0.1',
        port: port(0),
        mgmt_address: '127.0.0.1',
        mgmt_port: port(1),
        backends: [join(folder, 'backend.cjs')],
        flushInterval: 100,
        deleteIdleStats: true,
        // Forgotten with the flush that told of it.
        gaugesMaxTTL: 0,
        keyNameSanitize: false,
        automaticConfigReload: false,
      };
      await writeFile(join(folder, 'config.js'), JSON.stringify(config));
      return { program: process.execPath, args: ['--no-deprecation', createRequire(import.meta.url).resolve('statsd/stats.js'), join(folder, 'config.js')] };
    },
    isReady: ({ port }) => listens(port(1)),
  });
  return {
    ...peer,
    host: '127.0.0.1',
    port: peer.place.port(0),
    metrics: () => flushes(peer.log()).flatMap(metricsOf),
    badLines: () => peer.log().split('\n').filter((line) => line.includes('Bad line')),
  };
}

interface Flush {
  counters: Record<string, number>;
  gauges: Record<string, number>;
  timers: Record<string, number[]>;
}

function flushes(log: string): Flush[] {
  const lines = log.split('\n').filter((line) => line.startsWith('FLUSH ') && line.endsWith('}'));
  return lines.map((line): Flush => JSON.parse(line.slice('FLUSH '.length)));
}

function metricsOf({ counters, gauges, timers }: Flush): StatsdMetric[] {
  const one = (type: StatsdMetric['type']) => ([key, value]: [string, number]) => ({ ...nameOf(key), type, value });
  return [
    ...Object.entries(counters).map(one('counter')),
    ...Object.entries(gauges).map(one('gauge')),
    ...Object.entries(timers).flatMap(([key, values]) => values.map((value) => one('timer')([key, value]))),
  ].filter(({ name }) => !name.startsWith('statsd.'));
}

/** It writes tags behind the name: `name;key=value;other=value`. */
function nameOf(key: string): { name: string; tags: Record<string, string> } {
  const [name = '', ...tags] = key.split(';');
  return { name, tags: Object.fromEntries(tags.map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)])) };
}
