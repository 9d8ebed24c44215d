import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { commandLine, isAlive, processesIn, spawnServer, stopChild, stopOrphan } from './child.mjs';
import { StartFault } from './fault.mjs';
import { lockDataDir } from './lock.mjs';
import { freePort, isListening } from './ports.mjs';
import { postgresIdentity, postgresPrograms } from './postgres-files.mjs';

const startLimitMs = 60_000;
const stopLimitMs = 8_000;
const orphanLimitMs = 2_000;
const databaseName = 'sifaka';

/**
 * Starts the embedded Postgres on loopback; the first start in a directory creates the cluster and the database `sifaka`.
 * It ends with this process, however that ends, and the next start recovers what a killed one left.
 *
 * @param {{ dataDir: string, port?: number, durable?: boolean, maxConnections?: number }} options
 *   `durable: false` is for tests: nothing is synced to disk. Without a port a free one is taken.
 * @returns {Promise<{ url: string, port: number, pid: number, stop(): Promise<void>, exited: Promise<void> }>}
 *   `url` is that of the superuser; `exited` settles when the server ended, asked or not.
 * @throws {StartFault} with one line naming cause and remedy
 */
export async function startPostgres({ dataDir, port, durable = true, maxConnections = 200 }) {
  const programs = postgresPrograms();
  const user = postgresIdentity();
  const unlock = lockDataDir(dataDir);
  try {
    const cluster = join(dataDir, 'cluster');
    await endOrphan(cluster);
    const isNew = !existsSync(join(cluster, 'PG_VERSION'));
    const password = superuserPassword(dataDir, isNew);
    if (isNew) await initialise({ programs, user, dataDir, cluster, password, durable });

    if (port !== undefined && port !== 0 && (await isListening(port))) {
      throw new StartFault(`port ${port} for the embedded Postgres is in use: stop what listens there, or choose another port`);
    }
    const usedPort = port || (await freePort());
    const log = openLog(dataDir, user);
    const child = spawnServer(programs.postgres, ['-D', cluster, ...serverFlags({ port: usedPort, durable, maxConnections })], {
      deathSignal: 'INT',
      log,
      identity: user?.identity ?? [],
      env: serverEnvironment(),
      cwd: dataDir,
    });
    closeSync(log);
    const exited = new Promise((/** @type {(value: void) => void} */ resolve) => child.once('exit', () => resolve()));
    void exited.then(unlock);
    await ready(child, cluster, dataDir);

    const url = `postgres://postgres:${password}@127.0.0.1:${usedPort}`;
    await createDatabase(url);
    // SIGINT is Postgres' fast shutdown: sessions end, everything is on disk.
    return {
      url: `${url}/${databaseName}`,
      port: usedPort,
      pid: child.pid ?? 0,
      exited,
      stop: () => stopChild(child, 'SIGINT', stopLimitMs),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** @param {{ port: number, durable: boolean, maxConnections: number }} options */
function serverFlags({ port, durable, maxConnections }) {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: maxConnections,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Killed clients are noticed while their statement still runs.
    client_connection_check_interval: '5s',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum_naptime: '1h' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function serverEnvironment() {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Builds the cluster beside its place and moves it there when it is whole: a first start that was killed begins anew.
 *
 * @param {{ programs: { initdb: string }, user: ReturnType<typeof postgresIdentity>, dataDir: string, cluster: string, password: string, durable: boolean }} options
 */
async function initialise({ programs, user, dataDir, cluster, password, durable }) {
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    chownSync(draft, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const flags = ['--auth=scram-sha-256', '--username=postgres', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin'];
  const args = [
    '-D',
    draft,
    ...flags,
    '--builtin-locale=C.UTF-8',
    `--pwfile=${passwordFile}`,
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await runProgram(programs.initdb, args, { identity: user?.identity, cwd: dataDir });
    renameSync(draft, cluster);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** @param {string} program @param {string[]} args @param {{ identity: string[] | undefined, cwd: string }} options */
function runProgram(program, args, { identity, cwd }) {
  return new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    const [command, ...rest] = identity === undefined ? [program, ...args] : ['setpriv', ...identity, '--', program, ...args];
    const child = spawn(command ?? program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: serverEnvironment(), cwd });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new StartFault(`initdb failed in ${cwd} (exit ${code}): ${lastLine(output)}`));
    });
  });
}

/** @param {string} dataDir @param {boolean} isNew */
function superuserPassword(dataDir, isNew) {
  const path = join(dataDir, 'superuser-password');
  if (isNew) {
    const password = randomBytes(24).toString('base64url');
    writeFileSync(path, `${password}\n`, { mode: 0o600 });
    return password;
  }
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new StartFault(`${path} is missing, without it the embedded Postgres cannot be used: restore it`, { cause: error });
  }
}

/** @param {string} dataDir @param {ReturnType<typeof postgresIdentity>} user */
function openLog(dataDir, user) {
  const path = join(dataDir, 'postgres.log');
  // One start a file, the previous one kept: a log that nobody rotates must not grow for ever.
  if (existsSync(path)) renameSync(path, `${path}.1`);
  const log = openSync(path, 'a', 0o600);
  if (user !== undefined) chownSync(path, user.uid, user.gid);
  return log;
}

/**
 * A server that outlived its killed parent is stopped, and so are sessions that outlived their killed server: they still write.
 * The pid file goes once that is certain, because Postgres would take another program, or a dead process that nobody has asked for
 * its result yet, for the server. Where processes cannot be searched, it stays with a dead server: it names the shared memory that
 * must be free before Postgres may start.
 * @param {string} cluster
 */
async function endOrphan(cluster) {
  const path = join(cluster, 'postmaster.pid');
  const pid = Number(pidFile(path)[0]);
  const hasProcess = Number.isInteger(pid) && pid > 0 && isAlive(pid);
  const isServer = hasProcess && (commandLine(pid) ?? '').includes(cluster);
  if (isServer) await stopOrphan(pid, 'SIGINT', stopLimitMs);
  const sessions = processesIn(cluster);
  await Promise.all(sessions?.map((session) => stopOrphan(session, 'SIGQUIT', orphanLimitMs)) ?? []);
  if (sessions !== undefined || (hasProcess && !isServer)) rmSync(path, { force: true });
}

/** @param {string} path */
function pidFile(path) {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * Postgres writes `ready` into the eighth line of its pid file, which is what `pg_ctl` waits for too.
 * @param {import('node:child_process').ChildProcess} child @param {string} cluster @param {string} dataDir
 */
async function ready(child, cluster, dataDir) {
  const endAt = Date.now() + startLimitMs;
  while (Date.now() < endAt) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new StartFault(`the embedded Postgres ended while starting: ${lastFault(dataDir)} (see ${join(dataDir, 'postgres.log')})`);
    }
    const lines = pidFile(join(cluster, 'postmaster.pid'));
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return;
    await delay(10);
  }
  await stopChild(child, 'SIGINT', stopLimitMs);
  throw new StartFault(`the embedded Postgres was not ready within ${startLimitMs / 1000} s: ${lastFault(dataDir)}`);
}

/** @param {string} dataDir */
function lastFault(dataDir) {
  const lines = pidFile(join(dataDir, 'postgres.log'));
  return lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lastLine(lines.join('\n'));
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}

/** @param {string} url */
async function createDatabase(url) {
  const client = new pg.Client({ connectionString: `${url}/postgres`, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  } catch (error) {
    throw new StartFault(`the embedded Postgres does not answer: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}
