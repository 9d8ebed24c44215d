import { lockDataDir } from './embedded/lock.mjs';
import { startNats } from './embedded/nats.mjs';
import { startPostgres } from './embedded/postgres.mjs';

/** What apps/standalone is handed, so that it can be compiled and tested without the programs of the embedded servers. */
export const embeddedServers = { lockDataDir, startNats, startPostgres };
