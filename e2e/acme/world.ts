import { afterAll, beforeAll } from '@jest/globals';
import {
  startBind,
  startDnsRelay,
  startPebble,
  startPowerDns,
  type Bind,
  type Pebble,
  type PebbleOptions,
  type PowerDns,
} from '@sifaka/peers';
import {
  createAuthority,
  expectOk,
  freePort,
  Platform,
  waitUntil,
  type Client,
  type Json,
  type PlatformOptions,
} from '../harness/index.js';

/** A zone that the CA sees at another server than everybody else: what is written there, it never finds. */
const splitZone = 'split.test';
/** A zone that no provider is told of; its names lead to the platform itself. */
const webZone = 'web.test';
const powerDnsZones = ['pdns.test', 'deep.pdns.test', splitZone];
const bindZones = ['bind.test', 'delegated.test'];

export interface AcmeWorld {
  platform: Platform;
  admin: Client;
  powerDns: PowerDns;
  bind: Bind;
  pebble: Pebble;
  /** DNS providers by the id that the API gave them. */
  providers: { powerDns: number; bind: number };
}

export interface AcmeWorldOptions {
  pebble?: Omit<PebbleOptions, 'dnsServer' | 'httpPort'>;
  platform?: PlatformOptions;
}

/** A platform, a CA and two DNS servers that are not ours, known to each other as an administrator would make them known. */
export function useAcmeWorld(options: AcmeWorldOptions = {}): () => AcmeWorld {
  const stops: (() => Promise<unknown>)[] = [];
  let world: AcmeWorld | null = null;
  beforeAll(async () => {
    world = await makeWorld(options, stops);
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  return () => {
    if (world === null) throw new Error('the platform of this suite did not start');
    return world;
  };
}

async function makeWorld(options: AcmeWorldOptions, stops: (() => Promise<unknown>)[]): Promise<AcmeWorld> {
  const kept = <T extends { stop(): Promise<unknown> }>(peer: T): T => {
    stops.push(() => peer.stop());
    return peer;
  };
  const port = await freePort();
  const powerDns = kept(await startPowerDns({ zones: powerDnsZones }));
  const records = { 'bind.test': ['_acme-challenge.elsewhere CNAME target.delegated.test.'], [webZone]: ['* A 127.0.0.1'] };
  const bind = kept(await startBind({ zones: [...bindZones, splitZone, webZone], records, followsAliases: true }));
  const servers: Record<string, string> = { [webZone]: bind.dnsAddress };
  for (const zone of powerDnsZones) servers[zone] = powerDns.dnsAddress;
  for (const zone of bindZones) servers[zone] = bind.dnsAddress;
  const resolver = kept(await startDnsRelay(servers));
  const resolverOfCa = kept(await startDnsRelay({ ...servers, [splitZone]: bind.dnsAddress }));
  const pebble = kept(await startPebble({ ...options.pebble, dnsServer: resolverOfCa.dnsAddress, httpPort: port }));
  const platform = await Platform.start({
    ...options.platform,
    port,
    env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SIFAKA_DNS_RESOLVERS: resolver.dnsAddress, ...options.platform?.env },
  });
  stops.push(() => platform.dispose());
  const admin = await platform.admin();
  // Services apart become ready one after the other.
  await waitUntil('acme-svc to answer', async () => (await admin.get('/dns_providers')).status === 200, 30_000);
  const providers = { powerDns: await addPowerDns(admin, powerDns), bind: await addBind(admin, bind) };
  return { platform, admin, powerDns, bind, pebble, providers };
}

const named = (values: Readonly<Record<string, unknown>>) => Object.entries(values).map(([name, value]) => ({ name, value }));

/** @param apiUrl another address of its API, such as that of a gate before it */
export async function addPowerDns(admin: Client, { apiUrl, apiKey, dnsAddress }: PowerDns): Promise<number> {
  const requirements = named({ url: apiUrl, api_key: apiKey });
  const body = { name: 'pdns', description: 'PowerDNS', providerType: { name: 'powerdns', requirements }, nameservers: [dnsAddress] };
  return expectOk(await admin.post('/dns_providers', body));
}

export async function addBind(admin: Client, { tsig, dnsAddress, dnsPort }: Bind): Promise<number> {
  const key = { tsig_name: tsig.name, tsig_secret: tsig.secret, tsig_algorithm: tsig.algorithm };
  const requirements = named({ server: '127.0.0.1', port: dnsPort, zone: bindZones.join(','), ...key });
  const body = { name: 'bind', description: 'BIND', providerType: { name: 'rfc2136', requirements }, nameservers: [dnsAddress] };
  return expectOk(await admin.post('/dns_providers', body));
}

/** Body of a request for an authority at this CA. */
export async function acmeAuthorityBody(pebble: Pebble, input: Json = {}, options: Json = {}, slug = 'acme-issuer'): Promise<Json> {
  const all = {
    acme_url: pebble.directoryUrl,
    email: 'pki@corp.test',
    certificate: await pebble.rootPem(),
    ca_bundle: pebble.caPem,
    ...options,
  };
  return { ...input, plugin: { slug, pluginOptions: named(all) } };
}

export async function createAcmeAuthority(admin: Client, pebble: Pebble, options: Json = {}, slug = 'acme-issuer'): Promise<Json> {
  return createAuthority(admin, await acmeAuthorityBody(pebble, {}, options, slug));
}

export interface AcmeRequest {
  authority: Json;
  names: readonly string[];
  [field: string]: unknown;
}

const oneMonthMs = 30 * 86_400_000;

/** Asks for a certificate of these names, the first one the common name; returns what the API answers. */
export async function request(admin: Client, { authority, names, ...fields }: AcmeRequest): Promise<Json> {
  const [commonName] = names;
  const now = Date.now();
  const body = {
    owner: 'team@corp.test',
    description: 'made by a test',
    authority: { id: authority.id },
    commonName,
    keyType: 'ECCPRIME256V1',
    validityStart: new Date(now).toISOString(),
    validityEnd: new Date(now + oneMonthMs).toISOString(),
    extensions: { subAltNames: { names: names.map((value) => ({ nameType: 'DNSName', value })) } },
    ...fields,
  };
  return expectOk(await admin.post('/certificates', body));
}

export const pendingOf = async (admin: Client, id: number): Promise<Json> => expectOk(await admin.get(`/pending_certificates/${id}`));

/** Waits until a pending certificate became one, and returns that; throws with its last error when it was given up. */
export async function issued(admin: Client, pending: Json, limitMs = 60_000): Promise<Json> {
  let now: Json = pending;
  const isOver = async () => {
    now = await pendingOf(admin, pending.id);
    return now.state !== 'waiting';
  };
  await waitUntil(`${pending.commonName} to be issued`, isOver, limitMs).catch((error: unknown) => {
    throw new Error(`${pending.commonName} waits: ${now.status ?? ''} ${now.lastError ?? ''}`, { cause: error });
  });
  if (now.state !== 'resolved') throw new Error(`${pending.commonName} is ${now.state}: ${now.lastError}`);
  return expectOk(await admin.get(`/certificates/${now.resolvedCertId}`));
}

/** TXT records that are left at both servers. */
export async function textsLeft({ powerDns, bind }: AcmeWorld): Promise<string[]> {
  return [...(await powerDns.txtNames()), ...(await bind.txtNames())];
}

/** Cleaning up may end after the certificate is there: waits a little for it. */
export async function cleanedUp(world: AcmeWorld): Promise<string[]> {
  await waitUntil('TXT records to be gone', async () => (await textsLeft(world)).length === 0, 20_000).catch(() => undefined);
  return textsLeft(world);
}

/** DNS names of a certificate, sorted. */
export const namesOf = (certificate: Json): string[] => certificate.domains.map(({ name }: Json) => name).sort();

/** How each name of an order was proved. */
export async function proofsOf(admin: Client, pending: Json): Promise<Record<string, string>> {
  const { items } = expectOk(await admin.get(`/acme_orders?pendingCertificateId=${pending.id}`));
  const challenges: Json[] = items.flatMap((order: Json) => order.challenges);
  return Object.fromEntries(challenges.map(({ identifier, type }) => [identifier.value, type]));
}
