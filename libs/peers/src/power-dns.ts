import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answersFor, dnsFault, txtRecords } from './dns-records.js';
import { launch, type Peer, type Place } from './launch.js';
import { programPath, run } from './programs.js';

export interface PowerDnsOptions {
  /** Zones that it answers for from the beginning, such as "acme.test": each with an SOA, a NS record ns1.<zone> and its address 127.0.0.1. */
  zones?: readonly string[];
}

export interface PowerDns extends Peer {
  /** Root of its HTTP API, without `/api/v1`. */
  readonly apiUrl: string;
  readonly apiKey: string;
  /** Address "127.0.0.1:port" of its DNS server. */
  readonly dnsAddress: string;
  readonly dnsPort: number;
  /** TXT records of a name, by a question to its DNS server. */
  txt(name: string): Promise<string[]>;
  /** Names that have TXT records, in all zones or in one: empty when everybody has cleaned up. */
  txtNames(zone?: string): Promise<string[]>;
  addZone(zone: string): Promise<void>;
  /** Sets the records of a name and type, or removes them: `setRecords('_acme-challenge.a.test', 'CNAME', ['x.b.test.'])`. */
  setRecords(name: string, type: string, contents: readonly string[]): Promise<void>;
  /** A request to its HTTP API, with the key. */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
}

const schemas = ['/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql', '/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql'];
const ttlSeconds = 1;

/** PowerDNS Authoritative Server with its HTTP API, its data in a file of SQLite. No answer is cached. */
export async function startPowerDns(options: PowerDnsOptions = {}): Promise<PowerDns> {
  const apiKey = randomBytes(16).toString('hex');
  const request = (place: Place) => (method: string, path: string, body?: unknown) =>
    send(`http://127.0.0.1:${place.port(1)}/api/v1/servers/localhost${path}`, method, apiKey, body);
  const peer = await launch({
    name: 'pdns',
    ports: 2,
    async prepare(place) {
      await run('sqlite3', [join(place.folder, 'pdns.sqlite3')], { input: `pragma journal_mode = memory;\n${await schema()}` });
      await writeFile(join(place.folder, 'pdns.conf'), configuration(place, apiKey));
      return { program: programPath('pdns_server'), args: [`--config-dir=${place.folder}`] };
    },
    isReady: async (place) => {
      await request(place)('GET', '');
      return (await txtRecords(`127.0.0.1:${place.port(0)}`, 'ready.test').catch(isRefusal)) !== null;
    },
  });
  const api = request(peer.place);
  const dnsPort = peer.place.port(0);
  const dnsAddress = `127.0.0.1:${dnsPort}`;
  const zones: string[] = [];
  const addZone = async (zone: string) => {
    await api('POST', '/zones', { name: `${zone}.`, kind: 'Native', nameservers: [`ns1.${zone}.`], soa_edit_api: 'INCREASE' });
    zones.push(zone);
    await setRecords(`ns1.${zone}`, 'A', ['127.0.0.1']);
    await answersFor(dnsAddress, zone);
  };
  const setRecords = async (name: string, type: string, contents: readonly string[]) => {
    const zone = zones.filter((one) => name === one || name.endsWith(`.${one}`)).sort((a, b) => b.length - a.length)[0];
    if (zone === undefined) throw new Error(`no zone of this server holds ${name}`);
    const change = contents.length === 0 ? { changetype: 'DELETE' } : { changetype: 'REPLACE', ttl: ttlSeconds };
    const records = contents.map((content) => ({ content, disabled: false }));
    await api('PATCH', `/zones/${zone}.`, { rrsets: [{ name: `${name}.`, type, ...change, records }] });
  };
  try {
    for (const zone of options.zones ?? []) await addZone(zone);
  } catch (error) {
    await peer.stop();
    throw error;
  }
  return {
    ...peer,
    apiUrl: `http://127.0.0.1:${peer.place.port(1)}`,
    apiKey,
    dnsAddress,
    dnsPort,
    txt: (name) => txtRecords(dnsAddress, name),
    txtNames: async (zone) => {
      const found = await Promise.all((zone === undefined ? zones : [zone]).map((one) => api('GET', `/zones/${one}.`)));
      return found.flatMap(txtNamesOf);
    },
    addZone,
    setRecords,
    api,
  };
}

/** A server without zones refuses every question: it answers, then. */
function isRefusal(error: unknown): string[] | null {
  return ['EREFUSED', 'ESERVFAIL'].includes(dnsFault(error) ?? '') ? [] : null;
}

async function schema(): Promise<string> {
  const path = schemas.find((one) => existsSync(one));
  if (path === undefined) throw new Error('the package pdns-backend-sqlite3 is not installed: its schema is missing');
  return readFile(path, 'utf8');
}

function configuration(place: Place, apiKey: string): string {
  return [
    'launch=gsqlite3',
    `gsqlite3-database=${place.path('pdns.sqlite3')}`,
    'gsqlite3-pragma-synchronous=0',
    'local-address=127.0.0.1',
    `local-port=${place.port(0)}`,
    'api=yes',
    `api-key=${apiKey}`,
    'webserver=yes',
    'webserver-address=127.0.0.1',
    `webserver-port=${place.port(1)}`,
    'webserver-allow-from=127.0.0.1',
    `socket-dir=${place.folder}`,
    'daemon=no',
    'guardian=no',
    'disable-syslog=yes',
    'write-pid=no',
    'cache-ttl=0',
    'query-cache-ttl=0',
    'negquery-cache-ttl=0',
    'zone-cache-refresh-interval=0',
    'consistent-backends=yes',
    'security-poll-suffix=',
    '',
  ].join('\n');
}

async function send(url: string, method: string, apiKey: string, body?: unknown): Promise<unknown> {
  const headers = { 'x-api-key': apiKey, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

function txtNamesOf(zone: unknown): string[] {
  if (typeof zone !== 'object' || zone === null || !('rrsets' in zone) || !Array.isArray(zone.rrsets)) throw new Error('no zone');
  const sets: { type: string; name: string }[] = zone.rrsets;
  return sets.filter(({ type }) => type === 'TXT').map(({ name }) => name.replace(/\.$/, ''));
}
