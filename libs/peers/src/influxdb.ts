import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, type Peer, type Place } from './launch.js';
import { programPath } from './programs.js';

export interface InfluxPoint {
  time: Date;
  value: number;
  tags: Record<string, string>;
}

export interface InfluxDb extends Peer {
  readonly url: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  /** Points of a measurement with their field `value`. */
  points(measurement: string): Promise<InfluxPoint[]>;
}

/** InfluxDB 1.6 on loopback ports, with one database and a user who must be named. */
export async function startInfluxDb(): Promise<InfluxDb> {
  const [database, username, password] = ['metrics', 'writer', randomBytes(12).toString('hex')];
  const login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const query = (place: Place) => (text: string, more: Record<string, string> = {}) => ask(urlOf(place), login, { q: text, ...more });
  const peer = await launch({
    name: 'influxdb',
    ports: 2,
    async prepare(place) {
      await writeFile(join(place.folder, 'influxdb.conf'), configuration(place));
      return { program: programPath('influxd'), args: ['run', '-config', join(place.folder, 'influxdb.conf')] };
    },
    isReady: async (place) => (await fetch(`${urlOf(place)}/ping`)).status === 204,
  });
  const send = query(peer.place);
  try {
    await send(`CREATE USER ${username} WITH PASSWORD '${password}' WITH ALL PRIVILEGES`);
    await send(`CREATE DATABASE ${database}`);
  } catch (error) {
    await peer.stop();
    throw error;
  }
  return {
    ...peer,
    url: urlOf(peer.place),
    database,
    username,
    password,
    points: async (measurement) => pointsOf(await send(`SELECT * FROM ${quoted(measurement)}`, { db: database, epoch: 'ns' })),
  };
}

const urlOf = ({ port }: Place): string => `http://127.0.0.1:${port(0)}`;
const quoted = (name: string): string => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

function configuration({ folder, port }: Place): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${port(1)}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port(0)}"
  auth-enabled = true
  log-enabled = false
[monitor]
  store-enabled = false
`;
}

interface Answer {
  results?: { error?: string; series?: { columns: string[]; values: (string | number | null)[][] }[] }[];
  error?: string;
}

async function ask(url: string, authorization: string, parameters: Record<string, string>): Promise<string> {
  const answer = await fetch(`${url}/query`, { method: 'POST', headers: { authorization }, body: new URLSearchParams(parameters) });
  const text = await answer.text();
  const body: Answer = JSON.parse(text);
  const fault = body.error ?? body.results?.find(({ error }) => error !== undefined)?.error;
  if (fault !== undefined) throw new Error(`InfluxDB: ${fault}`);
  return text;
}

/** Nanoseconds are more than a number of JSON holds: the milliseconds are cut out of the text. */
function pointsOf(text: string): InfluxPoint[] {
  const body: Answer = JSON.parse(text.replaceAll(/\[(\d{13})\d{6},/g, '[$1,'));
  return (body.results ?? []).flatMap(({ series = [] }) =>
    series.flatMap(({ columns, values }) =>
      values.map((row) => {
        const found = new Map(columns.map((column, index) => [column, row[index] ?? null]));
        const tags = [...found].flatMap(([column, value]) => (column === 'time' || column === 'value' || value === null ? [] : [[column, String(value)] as const]));
        return { time: new Date(Number(found.get('time'))), value: Number(found.get('value')), tags: Object.fromEntries(tags) };
      }),
    ),
  );
}
