import { randomBytes } from 'node:crypto';
import { launch, type Peer } from './launch.js';
import { listens } from './nginx.js';
import { programPath, run } from './programs.js';

export interface RedisOptions {
  /** Clients must give it. */
  password?: string;
}

export interface RedisServer extends Peer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly password: string | undefined;
  /** Elements of a list, oldest first, by its own command line. */
  list(key: string): Promise<string[]>;
  /** Any other command: `command('LTRIM', 'key', '0', '9')`. */
  command(...words: string[]): Promise<string>;
}

/** Redis on a loopback port; it keeps everything in memory and nothing on disk. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { password } = options;
  const peer = await launch({
    name: 'redis',
    ports: 1,
    prepare: ({ folder, port }) => ({
      program: programPath('redis-server'),
      args: ['--bind', '127.0.0.1', '--port', String(port(0)), '--dir', folder, '--save', '', '--appendonly', 'no', ...(password === undefined ? [] : ['--requirepass', password])],
    }),
    isReady: ({ port }) => listens(port(0)),
  });
  const port = peer.place.port(0);
  const login = password === undefined ? [] : ['--no-auth-warning', '-a', password];
  const cli = (flags: string[], words: string[]) => run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...login, ...flags, ...words]);
  return {
    ...peer,
    host: '127.0.0.1',
    port,
    password,
    command: (...words) => cli(['--raw'], words),
    async list(key) {
      // Elements may hold line breaks: they are told apart by something that none holds.
      const mark = `\n${randomBytes(12).toString('hex')}\n`;
      const text = await cli(['--raw', '-d', mark], ['LRANGE', key, '0', '-1']);
      return text === '' || text === '\n' ? [] : text.replace(/\n$/, '').split(mark);
    },
  };
}
