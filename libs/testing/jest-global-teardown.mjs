import { rmSync } from 'node:fs';

export default async function teardown() {
  const servers = globalThis.sifakaTestServers;
  if (servers === undefined) return;
  await servers.postgres.stop();
  rmSync(servers.dataDir, { recursive: true, force: true });
}
