import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debian13Root } from './debian13.js';
import { launch, type Peer, type Place } from './launch.js';
import { programPath } from './programs.js';
import { makeServerTls, readHttps } from './tls.js';

export interface PebbleOptions {
  /** Address "127.0.0.1:port" of the server that it asks for TXT, CAA, A and AAAA records. */
  dnsServer: string;
  /** Port at which it looks for http-01 answers; 5002 by default, where nobody listens. */
  httpPort?: number;
  /** Port at which it looks for tls-alpn-01 answers; 5001 by default. */
  tlsPort?: number;
  /** Requires external account binding with one of these keys: key id → HMAC key, base64url. */
  eabKeys?: Readonly<Record<string, string>>;
  /** Percentage of good nonces that it refuses as bad; 0 by default (Pebble's own default is 5). */
  nonceReject?: number;
  /** Further roots, each with a chain of its own, offered as alternate chains. */
  alternateRoots?: number;
  /** Intermediates of each chain; 1 by default. */
  chainLength?: number;
  /** Takes every challenge for answered, without a look. */
  alwaysValid?: boolean;
  /** Percentage of valid authorizations that it uses again for new orders; 0 by default. */
  authzReuse?: number;
  /** Longest time, in seconds, that it waits before it looks at a challenge; 0 by default. */
  sleepSeconds?: number;
  ordersPerPage?: number;
  /** Seconds of `Retry-After` on authorizations and orders that are not done yet; Debian 13 only. */
  retryAfter?: { authz: number; order: number };
  /** `debian13`: Pebble 2.6, which has renewal information (RFC 9773); else the installed one. */
  version?: 'installed' | 'debian13';
}

export interface Pebble extends Peer {
  readonly directoryUrl: string;
  /** Root of its own HTTPS certificate, which a client must trust. */
  readonly caPem: string;
  readonly managementUrl: string;
  /** Root of the certificates that it issues: the first, or that of the nth alternate chain. New with every start. */
  rootPem(chain?: number): Promise<string>;
  intermediatePem(chain?: number): Promise<string>;
  /** What it says of a certificate, by serial number in hex; throws for one that it never issued. */
  certificateStatus(serialHex: string): Promise<{ status: 'Valid' | 'Revoked'; reason: number | null }>;
  /** New orders that clients have made since it was started, by its log. */
  ordersMade(): number;
  /** Certificates issued since it was started, by its log. */
  certificatesIssued(): number;
}

/** Let's Encrypt's Pebble (RFC 8555), a CA that forgets everything when it ends. */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const root = options.version === 'debian13' ? debian13Root() : undefined;
  let caPem = '';
  const peer = await launch({
    name: 'pebble',
    ports: 2,
    ...(root !== undefined && { root }),
    async prepare(place) {
      const tls = await makeServerTls(place.folder);
      caPem = tls.caPem;
      await writeFile(join(place.folder, 'pebble.json'), JSON.stringify({ pebble: configuration(options, place, tls) }));
      return {
        program: root === undefined ? programPath('pebble') : '/usr/bin/pebble',
        args: ['-config', place.path('pebble.json'), '-dnsserver', options.dnsServer, '-strict'],
        env: environment(options),
      };
    },
    isReady: async (place) => {
      await readHttps(`${managementUrl(place)}/roots/0`, caPem);
      return (await readHttps(`${serverUrl(place)}/dir`, caPem)).includes('newOrder');
    },
  });
  const managed = managementUrl(peer.place);
  const count = (pattern: RegExp) => peer.log().match(pattern)?.length ?? 0;
  return {
    ...peer,
    directoryUrl: `${serverUrl(peer.place)}/dir`,
    caPem,
    managementUrl: managed,
    rootPem: (chain = 0) => readHttps(`${managed}/roots/${chain}`, caPem),
    intermediatePem: (chain = 0) => readHttps(`${managed}/intermediates/${chain}`, caPem),
    certificateStatus: async (serialHex) => {
      const answer: unknown = JSON.parse(await readHttps(`${managed}/cert-status-by-serial/${serialHex.toLowerCase()}`, caPem));
      return statusOf(answer);
    },
    ordersMade: () => count(/Added order "/g),
    certificatesIssued: () => count(/Issued certificate serial /g),
  };
}

const serverUrl = (place: Place) => `https://127.0.0.1:${place.port(0)}`;
const managementUrl = (place: Place) => `https://127.0.0.1:${place.port(1)}`;

function configuration(options: PebbleOptions, place: Place, tls: { certificateFile: string; keyFile: string }) {
  return {
    listenAddress: `127.0.0.1:${place.port(0)}`,
    managementListenAddress: `127.0.0.1:${place.port(1)}`,
    certificate: place.path(tls.certificateFile),
    privateKey: place.path(tls.keyFile),
    httpPort: options.httpPort ?? 5002,
    tlsPort: options.tlsPort ?? 5001,
    ocspResponderURL: '',
    externalAccountBindingRequired: options.eabKeys !== undefined,
    ...(options.eabKeys !== undefined && { externalAccountMACKeys: options.eabKeys }),
    ...(options.retryAfter !== undefined && { retryAfter: options.retryAfter }),
  };
}

function environment(options: PebbleOptions): Record<string, string> {
  return {
    PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
    PEBBLE_AUTHZREUSE: String(options.authzReuse ?? 0),
    ...(options.sleepSeconds === undefined ? { PEBBLE_VA_NOSLEEP: '1' } : { PEBBLE_VA_SLEEPTIME: String(options.sleepSeconds) }),
    ...(options.alternateRoots !== undefined && { PEBBLE_ALTERNATE_ROOTS: String(options.alternateRoots) }),
    ...(options.chainLength !== undefined && { PEBBLE_CHAIN_LENGTH: String(options.chainLength) }),
    ...(options.alwaysValid === true && { PEBBLE_VA_ALWAYS_VALID: '1' }),
    ...(options.ordersPerPage !== undefined && { PEBBLE_WFE_ORDERS_PER_PAGE: String(options.ordersPerPage) }),
  };
}

function statusOf(answer: unknown): { status: 'Valid' | 'Revoked'; reason: number | null } {
  if (typeof answer !== 'object' || answer === null || !('Status' in answer)) throw new Error(`no status: ${JSON.stringify(answer)}`);
  if (answer.Status !== 'Valid' && answer.Status !== 'Revoked') throw new Error(`unknown status: ${JSON.stringify(answer)}`);
  return { status: answer.Status, reason: 'Reason' in answer && typeof answer.Reason === 'number' ? answer.Reason : null };
}
