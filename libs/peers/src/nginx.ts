import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { launch, type Peer } from './launch.js';
import { programPath, run } from './programs.js';

/** What a configuration is written from: the folder holds everything that nginx reads and writes. */
export interface NginxPlace {
  readonly folder: string;
  /** Free a moment ago, of 127.0.0.1; as many as were asked for. */
  readonly ports: readonly number[];
}

export interface NginxOptions {
  /** How many ports the configuration listens on; 1 by default. */
  ports?: number;
  /** What stands inside `http { … }`: `server` blocks that listen on `127.0.0.1:<port>`. */
  http(place: NginxPlace): string;
  /** Written into the folder before it starts: certificates, keys, pages; by their names in it. Keys get mode 0600. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /** An OpenSSL configuration of its own, such as one that allows protocols which Debian turned off. */
  opensslConfig?: string;
}

export interface Nginx extends Peer {
  readonly host: '127.0.0.1';
  readonly ports: readonly number[];
  /** The first of them. */
  readonly port: number;
  readonly folder: string;
  /** For commands that reload it: `nginx -c <configFile> -p <folder> -s reload`. */
  readonly configFile: string;
  readonly pidFile: string;
  /** That very command; it fails, and nginx goes on as it was, when the configuration or a certificate cannot be read. */
  readonly reloadCommand: readonly string[];
  /** Puts a file into the folder; nobody reads it before a reload. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Checks the configuration and has it taken over, and waits until the workers that knew the old one take no more connections. */
  reload(): Promise<void>;
}

const reloadLimitMs = 10_000;
const pollMs = 10;

/** nginx on loopback ports, with one worker. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const count = options.ports ?? 1;
  const peer = await launch({
    name: 'nginx',
    ports: count,
    async prepare({ folder, port }) {
      const ports = Array.from({ length: count }, (_, index) => port(index));
      await mkdir(join(folder, 'temp'));
      for (const [name, content] of Object.entries(options.files ?? {})) await put(folder, name, content);
      if (options.opensslConfig !== undefined) await put(folder, 'openssl.cnf', options.opensslConfig);
      await put(folder, 'nginx.conf', configuration(folder, options.http({ folder, ports })));
      const env: Record<string, string> = options.opensslConfig === undefined ? {} : { OPENSSL_CONF: join(folder, 'openssl.cnf') };
      return { program: programPath('nginx'), args: [...argumentsFor(folder), '-g', 'daemon off;'], env };
    },
    isReady: ({ port }) => listens(port(count - 1)),
  });
  const { folder, port } = peer.place;
  const ports = Array.from({ length: count }, (_, index) => port(index));
  return {
    ...peer,
    host: '127.0.0.1',
    ports,
    port: port(0),
    folder,
    configFile: join(folder, 'nginx.conf'),
    pidFile: join(folder, 'nginx.pid'),
    reloadCommand: [programPath('nginx'), ...argumentsFor(folder), '-s', 'reload'],
    write: (name, content) => put(folder, name, content),
    reload: () => reload(folder, peer),
  };
}

const argumentsFor = (folder: string): string[] => ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];

function configuration(folder: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temp;`);
  return [
    'worker_processes 1;',
    `pid ${folder}/nginx.pid;`,
    // Workers that gave up root could not read the folder of a test.
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'error_log stderr notice;',
    'events { worker_connections 1024; }',
    `http { access_log off; ${temporary.join(' ')} types { text/plain txt; }`,
    http,
    '}',
    '',
  ].join('\n');
}

async function put(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
}

/** nginx says when a worker leaves; new workers are there before old ones are told to. */
async function reload(folder: string, peer: Peer): Promise<void> {
  await run('nginx', [...argumentsFor(folder), '-t']);
  const left = () => peer.log().split('gracefully shutting down').length;
  const before = left();
  await run('nginx', [...argumentsFor(folder), '-s', 'reload']);
  for (const endAt = performance.now() + reloadLimitMs; left() === before; await new Promise((resolve) => setTimeout(resolve, pollMs))) {
    if (performance.now() > endAt) throw new Error(`nginx did not reload within ${reloadLimitMs} ms:\n${peer.log().slice(-2_000)}`);
  }
}

/** Whether somebody accepts connections there. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
