import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort, testServers, waitUntil } from '../index.js';

const embedded = new URL('../../../../scripts/embedded/', import.meta.url).href;

// A process of its own: what is proven is how servers fare when the process that started them ends.
const program = `
  const [dataDir, natsServer, port] = process.argv.slice(1);
  const { startPostgres } = await import('${embedded}postgres.mjs');
  const { startNats } = await import('${embedded}nats.mjs');
  try {
    const [postgres, nats] = await Promise.all([
      startPostgres({ dataDir: dataDir + '/postgres', durable: true, port: Number(port ?? 0) }),
      startNats({ dataDir: dataDir + '/nats', program: natsServer }),
    ]);
    // Before the line that tells the test it may ask: a signal that nobody waits for yet would end only this process.
    process.once('SIGTERM', () => Promise.all([postgres.stop(), nats.stop()]).then(() => process.exit(0)));
    console.log(JSON.stringify({ postgres: { url: postgres.url, pid: postgres.pid }, nats: { url: nats.url, pid: nats.pid } }));
    setInterval(() => undefined, 1000);
  } catch (error) {
    console.log(JSON.stringify({ fault: error.message }));
    process.exit(1);
  }`;

interface Started {
  fault?: string;
  postgres: { url: string; pid: number };
  nats: { url: string; pid: number };
}

const dirs: string[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => end(child, 'SIGTERM')));
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sifaka-embedded-'));
  dirs.push(dir);
  return dir;
}

async function start(dataDir: string, ...more: string[]): Promise<{ child: ChildProcess; started: Started }> {
  const { natsServer } = testServers();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, dataDir, natsServer, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
  const started: unknown = JSON.parse(line);
  return { child, started: started as Started };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('embedded servers', () => {
  it('stop when they are told to, and start again on the same data', async () => {
    const dir = newDir();
    const first = await start(dir);
    await end(first.child, 'SIGTERM');
    expect([isRunning(first.started.postgres.pid), isRunning(first.started.nats.pid)]).toEqual([false, false]);

    const second = await start(dir);
    expect(second.started.fault).toBeUndefined();
  }, 30_000);

  it('end with the process that started them, even when that is killed, and recover', async () => {
    const dir = newDir();
    const { child, started } = await start(dir);
    await end(child, 'SIGKILL');
    await waitUntil(() => !isRunning(started.postgres.pid) && !isRunning(started.nats.pid));

    expect((await start(dir)).started.fault).toBeUndefined();
  }, 30_000);

  it('recover when everything is killed at once', async () => {
    const dir = newDir();
    const { child, started } = await start(dir);
    for (const pid of [started.postgres.pid, started.nats.pid]) process.kill(pid, 'SIGKILL');
    await end(child, 'SIGKILL');

    expect((await start(dir)).started.fault).toBeUndefined();
  }, 30_000);

  it('refuse a data directory that another process uses', async () => {
    const dir = newDir();
    const { child } = await start(dir);
    const second = await start(dir);

    expect(second.started.fault).toMatch(new RegExp(`is in use by process ${child.pid}: stop it first`));
  }, 30_000);

  it('name a port that is in use', async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, '127.0.0.1');
    const { started } = await start(newDir(), String(port));
    squatter.close();

    expect(started.fault).toBe(`port ${port} for the embedded Postgres is in use: stop what listens there, or choose another port`);
  }, 30_000);
});
