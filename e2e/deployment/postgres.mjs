// A Postgres in the folder that is named, until standard input ends; prints its address.
import { startPostgres } from '../../scripts/embedded/postgres.mjs';

const server = await startPostgres({ dataDir: process.argv[2], durable: false, maxConnections: 200 });
process.stdout.write(`${server.url}\n`);
process.stdin.on('end', () => void server.stop().then(() => process.exit(0))).resume();
