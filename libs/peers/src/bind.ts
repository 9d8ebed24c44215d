import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answersFor, txtRecords } from './dns-records.js';
import { launch, type Peer, type Place } from './launch.js';
import { programPath, run } from './programs.js';

export type TsigAlgorithm = 'hmac-md5' | 'hmac-sha1' | 'hmac-sha224' | 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';

export interface BindOptions {
  /** Zones that it answers for and lets be changed, such as "acme.test": each with SOA, a NS record ns1.<zone> and its address 127.0.0.1. */
  zones: readonly string[];
  /** The key that may change TXT records; else one of its own with a random secret and HMAC-SHA-256. */
  tsig?: { name?: string; secret?: string; algorithm?: TsigAlgorithm };
  /** `txt` (default): the key may change TXT records alone; `any`: every record. */
  rights?: 'txt' | 'any';
  /** Further lines of zone data: `{ 'acme.test': ['www CNAME other.test.'] }`. */
  records?: Readonly<Record<string, readonly string[]>>;
  /** Follows aliases from one of its zones to another, as a resolver would; it knows no other names. */
  followsAliases?: boolean;
}

export interface Bind extends Peer {
  /** Address "127.0.0.1:port" of its DNS server, by UDP and TCP. */
  readonly dnsAddress: string;
  readonly dnsPort: number;
  readonly tsig: { name: string; secret: string; algorithm: TsigAlgorithm };
  /** TXT records of a name, by a question to its DNS server. */
  txt(name: string): Promise<string[]>;
  /** Names that have TXT records, in all zones or in one, by zone transfer: empty when everybody has cleaned up. */
  txtNames(zone?: string): Promise<string[]>;
}

/** BIND 9 as an authoritative server that takes dynamic updates (RFC 2136) signed with TSIG (RFC 8945). */
export async function startBind(options: BindOptions): Promise<Bind> {
  const { name = 'sifaka-test', algorithm = 'hmac-sha256', secret = randomBytes(32).toString('base64') } = options.tsig ?? {};
  const tsig = { name, algorithm, secret };
  const peer = await launch({
    name: 'named',
    ports: 1,
    async prepare(place) {
      for (const zone of options.zones) await writeFile(join(place.folder, `${zone}.zone`), zoneData(zone, options.records?.[zone] ?? []));
      await writeFile(join(place.folder, 'root.zone'), zoneData('', []));
      await writeFile(join(place.folder, 'named.conf'), configuration(place, options, tsig), { mode: 0o600 });
      return { program: programPath('named'), args: ['-4', '-g', '-n', '1', '-c', place.path('named.conf')] };
    },
    isReady: async ({ port }) => {
      for (const zone of options.zones) await answersFor(`127.0.0.1:${port(0)}`, zone);
      return true;
    },
  });
  const dnsPort = peer.place.port(0);
  const dnsAddress = `127.0.0.1:${dnsPort}`;
  return {
    ...peer,
    dnsAddress,
    dnsPort,
    tsig,
    txt: (record) => txtRecords(dnsAddress, record),
    txtNames: async (zone) => {
      const zones = zone === undefined ? options.zones : [zone];
      const transfers = await Promise.all(zones.map((one) => transfer(dnsPort, one)));
      return transfers.flatMap(txtNamesOf);
    },
  };
}

function configuration(place: Place, options: BindOptions, tsig: { name: string; secret: string; algorithm: string }): string {
  const rights = options.rights === 'any' ? 'ANY' : 'TXT';
  const zones = options.zones.map(
    (zone) => `zone "${zone}" { type primary; file "${zone}.zone"; update-policy { grant ${tsig.name} zonesub ${rights}; }; };`,
  );
  return [
    'options {',
    `  directory "${place.path('')}";`,
    `  listen-on port ${place.port(0)} { 127.0.0.1; };`,
    '  listen-on-v6 { none; };',
    options.followsAliases === true ? '  recursion yes;' : '  recursion no;',
    '  notify no;',
    '  allow-query { 127.0.0.1; };',
    '  allow-transfer { 127.0.0.1; };',
    '  dnssec-validation no;',
    '  empty-zones-enable no;',
    '  minimal-responses no-auth;',
    '  pid-file none;',
    '  session-keyfile none;',
    '  lock-file none;',
    '};',
    'controls { };',
    `key "${tsig.name}" { algorithm ${tsig.algorithm}; secret "${tsig.secret}"; };`,
    ...zones,
    // Questions about other names stay on this machine.
    ...(options.followsAliases === true ? ['zone "." { type primary; file "root.zone"; };'] : []),
    '',
  ].join('\n');
}

function zoneData(zone: string, records: readonly string[]): string {
  const own = [`$ORIGIN ${zone}.`, '$TTL 1', '@ SOA ns1 hostmaster 1 3600 600 86400 1', '@ NS ns1', 'ns1 A 127.0.0.1'];
  return `${[...own, ...records].join('\n')}\n`;
}

const transfer = (port: number, zone: string) => run('dig', ['@127.0.0.1', '-p', String(port), '+noall', '+answer', 'AXFR', zone]);

function txtNamesOf(answer: string): string[] {
  if (!/\sSOA\s/.test(answer)) throw new Error(`the zone was not handed over: ${answer}`);
  const names = [...answer.matchAll(/^(\S+?)\.\s+\d+\s+IN\s+TXT\s/gm)].map(([, name = '']) => name);
  return [...new Set(names)];
}
