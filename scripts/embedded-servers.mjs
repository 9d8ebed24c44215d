import { lockDataDir } from './embedded/lock.mjs';
import { startNats } from './embedded/nats.mjs';
import { startPostgres } from './embedded/postgres.mjs';
import { supervise } from './embedded/supervise.mjs';

const log = (line) => process.stderr.write(`sifaka: ${line}\n`);

/** What apps/standalone is handed, so that it can be compiled and tested without the programs of the embedded servers. */
export const embeddedServers = {
  lockDataDir,
  startNats: (options) => supervise('the embedded NATS server', (port) => startNats({ ...options, port }), log),
  startPostgres: (options) => supervise('the embedded Postgres', (port) => startPostgres({ ...options, port }), log),
};
