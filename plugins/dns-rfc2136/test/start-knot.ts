import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answersFor, findProgram, txtRecords } from '@sifaka/peers';

export interface Knot {
  port: number;
  key: { name: string; secret: string };
  txt(name: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Knot DNS with zones in its folder and a key that may change their TXT records. */
export async function startKnot(zones: readonly string[]): Promise<Knot> {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-knot-'));
  const port = await freePort();
  const key = { name: 'sifaka-test', secret: Buffer.from('a secret of thirty-two octets ok').toString('base64') };
  for (const zone of zones) writeFileSync(join(folder, `${zone}.zone`), `$ORIGIN ${zone}.\n$TTL 1\n@ SOA ns1 hostmaster 1 3600 600 86400 1\n@ NS ns1\nns1 A 127.0.0.1\n`);
  writeFileSync(join(folder, 'knot.conf'), configuration(folder, port, key, zones));
  const child = spawn(findProgram('knotd') ?? 'knotd', ['-c', join(folder, 'knot.conf')], { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    process.off('exit', kill);
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const server = `127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    const isThere = await Promise.all(zones.map((zone) => answersFor(server, zone))).catch(() => null);
    if (isThere !== null) return { port, key, txt: (name) => txtRecords(server, name), stop };
    await delay(20);
  }
  await stop();
  throw new Error('knotd did not start');
}

function configuration(folder: string, port: number, { name, secret }: Knot['key'], zones: readonly string[]): string {
  return [
    'server:',
    `    rundir: ${folder}`,
    `    listen: 127.0.0.1@${port}`,
    '    tcp-workers: 1',
    '    udp-workers: 1',
    'database:',
    `    storage: ${folder}`,
    '    journal-db-max-size: 16M',
    'log:',
    '  - target: stderr',
    '    any: error',
    'key:',
    `  - id: ${name}`,
    '    algorithm: hmac-sha256',
    `    secret: ${secret}`,
    'acl:',
    '  - id: changes',
    `    key: ${name}`,
    '    action: update',
    '    update-type: [TXT]',
    '  - id: questions',
    `    key: ${name}`,
    '    action: query',
    'template:',
    '  - id: default',
    `    storage: ${folder}`,
    '    file: "%s.zone"',
    '    zonefile-sync: -1',
    '    acl: [changes, questions]',
    'zone:',
    ...zones.map((zone) => `  - domain: ${zone}`),
    '',
  ].join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
