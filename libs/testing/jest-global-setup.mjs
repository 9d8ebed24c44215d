import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNatsServer } from '../../scripts/embedded/nats.mjs';
import { startPostgres } from '../../scripts/embedded/postgres.mjs';

/** One Postgres for all service tests of a run; each platform under test takes a database of its own, and a NATS server of its own. */
export default async function setup() {
  const dataDir = mkdtempSync(join(tmpdir(), 'sifaka-test-'));
  const [postgres, natsServer] = await Promise.all([startPostgres({ dataDir, durable: false, maxConnections: 400 }), findNatsServer()]);
  globalThis.sifakaTestServers = { postgres, dataDir };
  process.env.SIFAKA_TEST_DATABASE_URL = postgres.url;
  process.env.SIFAKA_TEST_NATS_SERVER = natsServer;
  process.env.SIFAKA_TEST_DATA_DIR = dataDir;
  process.env.SIFAKA_TEST_EMBEDDED_NATS = new URL('../../scripts/embedded/nats.mjs', import.meta.url).href;
}
