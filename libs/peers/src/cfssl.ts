import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debian13Root } from './debian13.js';
import { launch, type Peer, type Place } from './launch.js';
import { programPath, run } from './programs.js';

export interface CfsslOptions {
  /** Key, in hex, that requests must be authenticated with (`authsign`); without it `sign` takes requests of everybody. */
  authKey?: string;
  /** Keeps certificates in a database, which `revoke` needs; true by default. */
  hasDatabase?: boolean;
  /** Life of what it signs; 90 days by default. */
  expiryHours?: number;
  /**
   * `debian13`: CFSSL 1.6; else the installed one, 1.2 in Debian 12, which keeps an empty authority key id with each certificate, so that
   * `revoke` finds it under the empty one alone.
   */
  version?: 'installed' | 'debian13';
}

export interface Cfssl extends Peer {
  readonly url: string;
  readonly caPem: string;
  readonly authKey: string | null;
  /** Status and reason of a certificate in its database, by decimal serial number; null when it is not there. */
  certificate(serial: string): Promise<{ status: string; reason: number } | null>;
}

const caRequest = { CN: 'Test CA of CFSSL', key: { algo: 'ecdsa', size: 256 }, ca: { expiry: '43800h' } };

/**
 * `cfssl serve` with a CA of its own. Profiles: the default one and `server` (server authentication), `client` (client authentication) and
 * `intermediate` (a CA of path length 0).
 */
export async function startCfssl(options: CfsslOptions = {}): Promise<Cfssl> {
  const root = options.version === 'debian13' ? debian13Root() : undefined;
  const hasDatabase = options.hasDatabase ?? true;
  let caPem = '';
  const peer = await launch({
    name: 'cfssl',
    ports: 1,
    ...(root !== undefined && { root }),
    async prepare(place) {
      caPem = await makeCa(place.folder);
      await writeFile(join(place.folder, 'config.json'), JSON.stringify(signingConfiguration(options)));
      if (hasDatabase) await makeDatabase(place, options.version === 'debian13');
      const files = { ca: 'ca.pem', 'ca-key': 'ca-key.pem', config: 'config.json', ...(hasDatabase && { 'db-config': 'db.json' }) };
      return {
        program: root === undefined ? programPath('cfssl') : '/usr/bin/cfssl',
        args: [
          ...['serve', '-address', '127.0.0.1', '-port', String(place.port(0)), '-loglevel', '0'],
          ...Object.entries(files).flatMap(([flag, file]) => [`-${flag}`, place.path(file)]),
        ],
      };
    },
    isReady: async ({ port }) => {
      const answer = await fetch(`http://127.0.0.1:${port(0)}/api/v1/cfssl/info`, { method: 'POST', body: JSON.stringify({ label: '' }) });
      return answer.ok;
    },
  });
  return {
    ...peer,
    url: `http://127.0.0.1:${peer.place.port(0)}`,
    caPem,
    authKey: options.authKey ?? null,
    certificate: async (serial) => {
      if (!/^\d+$/.test(serial)) throw new Error(`"${serial}" is no decimal serial number`);
      const query = `select status || ' ' || reason from certificates where serial_number = '${serial}'`;
      const [status = '', reason = ''] = (await run('sqlite3', [join(peer.place.folder, 'certs.db'), query])).trim().split(' ');
      return status === '' ? null : { status, reason: Number(reason) };
    },
  };
}

async function makeCa(folder: string): Promise<string> {
  const made: unknown = JSON.parse(await run('cfssl', ['gencert', '-initca', '-'], { input: JSON.stringify(caRequest) }));
  if (typeof made !== 'object' || made === null || !('cert' in made) || !('key' in made)) throw new Error('cfssl made no CA');
  await writeFile(join(folder, 'ca.pem'), String(made.cert));
  await writeFile(join(folder, 'ca-key.pem'), String(made.key), { mode: 0o600 });
  return readFile(join(folder, 'ca.pem'), 'utf8');
}

function signingConfiguration({ authKey, expiryHours = 2_160 }: CfsslOptions) {
  const profile = (more: Record<string, unknown>) => ({
    expiry: `${expiryHours}h`,
    ...(authKey !== undefined && { auth_key: 'requests' }),
    ...more,
  });
  const usages = (...extended: string[]) => ({ usages: ['digital signature', 'key encipherment', ...extended] });
  return {
    signing: {
      default: profile(usages('server auth')),
      profiles: {
        server: profile(usages('server auth')),
        client: profile(usages('client auth')),
        intermediate: profile({
          usages: ['cert sign', 'crl sign'],
          ca_constraint: { is_ca: true, max_path_len: 0, max_path_len_zero: true },
        }),
      },
    },
    ...(authKey !== undefined && { auth_keys: { requests: { key: authKey, type: 'standard' } } }),
  };
}

/** The tables as CFSSL's own migrations make them; 1.6 tells more of each certificate. */
async function makeDatabase(place: Place, hasMetadata: boolean): Promise<void> {
  const metadata = ['issued_at timestamp', 'not_before timestamp', 'metadata blob', 'sans blob', 'common_name text'];
  const columns = [
    ...['serial_number blob not null', 'authority_key_identifier blob not null', 'ca_label blob', 'status blob not null', 'reason int'],
    ...['expiry timestamp', 'revoked_at timestamp', 'pem blob not null', ...(hasMetadata ? metadata : [])],
    'primary key (serial_number, authority_key_identifier)',
  ];
  const responses = 'serial_number blob not null, authority_key_identifier blob not null, body blob not null, expiry timestamp';
  const statements = [
    `create table certificates (${columns.join(', ')});`,
    `create table ocsp_responses (${responses}, primary key (serial_number, authority_key_identifier));`,
  ];
  await run('sqlite3', [join(place.folder, 'certs.db')], { input: statements.join('\n') });
  await writeFile(join(place.folder, 'db.json'), JSON.stringify({ driver: 'sqlite3', data_source: place.path('certs.db') }));
}

/** A key for `authKey`: 32 random bytes in hex. */
export const newCfsslAuthKey = (): string => randomBytes(32).toString('hex');
