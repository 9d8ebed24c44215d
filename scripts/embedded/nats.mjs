import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLine, isAlive, spawnServer, stopChild, stopOrphan } from './child.mjs';
import { StartFault } from './fault.mjs';
import { lockDataDir } from './lock.mjs';
import { findNatsServer } from './nats-server.mjs';
import { freePort, isListening } from './ports.mjs';

export { findNatsServer } from './nats-server.mjs';

const startLimitMs = 30_000;
const stopLimitMs = 5_000;

/**
 * Starts a NATS server with JetStream on loopback. It ends with this process, however that ends.
 *
 * @param {{ dataDir: string, port?: number, configText?: string, program?: string }} options
 *   `configText`: server configuration (users, rights, limits); port, address and JetStream directory are set here.
 * @returns {Promise<{ url: string, port: number, pid: number, stop(): Promise<void>, exited: Promise<void> }>} `url` has no credentials
 * @throws {StartFault} with one line naming cause and remedy
 */
export async function startNats({ dataDir, port, configText = 'jetstream {}', program }) {
  const server = program ?? (await findNatsServer());
  const unlock = lockDataDir(dataDir);
  try {
    const configFile = join(dataDir, 'nats.conf');
    await endOrphan(dataDir, configFile);
    writeFileSync(configFile, configText, { mode: 0o600 });
    mkdirSync(join(dataDir, 'jetstream'), { recursive: true });

    if (port !== undefined && port !== 0 && (await isListening(port))) {
      throw new StartFault(`port ${port} for the embedded NATS server is in use: stop what listens there, or choose another port`);
    }
    const usedPort = port || (await freePort());
    const log = openLog(dataDir);
    const args = [
      '-c',
      configFile,
      '-a',
      '127.0.0.1',
      '-p',
      String(usedPort),
      '-js',
      '-sd',
      join(dataDir, 'jetstream'),
      '-P',
      join(dataDir, 'nats.pid'),
    ];
    const child = spawnServer(server, args, { deathSignal: 'TERM', log, cwd: dataDir });
    closeSync(log);
    const exited = new Promise((/** @type {(value: void) => void} */ resolve) => child.once('exit', () => resolve()));
    void exited.then(unlock);
    await ready(child, usedPort, dataDir);
    return {
      url: `nats://127.0.0.1:${usedPort}`,
      port: usedPort,
      pid: child.pid ?? 0,
      exited,
      stop: () => stopChild(child, 'SIGTERM', stopLimitMs),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** @param {string} dataDir @param {string} configFile */
async function endOrphan(dataDir, configFile) {
  const path = join(dataDir, 'nats.pid');
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  if (pid > 0 && isAlive(pid) && (commandLine(pid) ?? '').includes(configFile)) await stopOrphan(pid, 'SIGTERM', stopLimitMs);
}

/** @param {string} dataDir */
function openLog(dataDir) {
  const path = join(dataDir, 'nats.log');
  if (existsSync(path)) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** @param {import('node:child_process').ChildProcess} child @param {number} port @param {string} dataDir */
async function ready(child, port, dataDir) {
  const endAt = Date.now() + startLimitMs;
  while (Date.now() < endAt) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new StartFault(`the embedded NATS server ended while starting: ${lastFault(dataDir)} (see ${join(dataDir, 'nats.log')})`);
    }
    if (await greets(port)) return;
    await delay(10);
  }
  await stopChild(child, 'SIGTERM', stopLimitMs);
  throw new StartFault(`the embedded NATS server was not ready within ${startLimitMs / 1000} s: ${lastFault(dataDir)}`);
}

/**
 * A NATS server speaks first: `INFO {…"jetstream":true…}`.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function greets(port) {
  return new Promise((resolve) => {
    const socket = new Socket();
    let text = '';
    const answer = (/** @type {boolean} */ value) => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(1_000, () => answer(false));
    socket.once('error', () => answer(false));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n')) answer(text.includes('"jetstream":true'));
    });
    socket.connect(port, '127.0.0.1');
  });
}

/** @param {string} dataDir */
function lastFault(dataDir) {
  const lines = readFileSync(join(dataDir, 'nats.log'), 'utf8').trim().split('\n');
  return lines.findLast((line) => /\[FTL\]|\[ERR\]|nats-server:/.test(line)) ?? lines.at(-1) ?? '';
}
