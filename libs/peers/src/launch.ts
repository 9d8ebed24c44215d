import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './ports.js';
import { descendantsOf, isRunning } from './process-tree.js';
import { findProgram } from './programs.js';

/** What every peer offers. */
export interface Peer {
  readonly pid: number;
  /** Everything it printed since it was started. */
  log(): string;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

/** Where a peer runs: its own folder, and ports of 127.0.0.1 that were free a moment ago. */
export interface Place {
  /** As this process sees it. */
  readonly folder: string;
  /** A file of the folder as the peer sees it, which may run in another root. */
  readonly path: (name: string) => string;
  /** The nth port asked for. */
  readonly port: (index: number) => number;
}

export interface LaunchOptions {
  name: string;
  /** How many ports it needs. */
  ports: number;
  /** Root of another system that the peer runs in, with `chroot`. */
  root?: string;
  /** Writes what the peer reads and says how to start it: program, arguments, environment besides ours. */
  prepare(place: Place): Promise<Command> | Command;
  /** Whether it answers; a throw counts as "not yet". */
  isReady(place: Place): Promise<boolean>;
  startLimitMs?: number;
}

interface Command {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

const startLimitMs = 20_000;
const stopLimitMs = 5_000;
const pollMs = 10;
const attempts = 5;
const shownLines = 40;
const clash = /address (already )?in use|EADDRINUSE/i;

/**
 * Starts a program and waits until it answers. Another process may take a port in the moment between: then all is done again with other
 * ports. The kernel ends the program when this process ends, however it ends.
 *
 * @throws Error with the last lines of its log when it ends or does not answer in time (20 s)
 */
export async function launch(options: LaunchOptions): Promise<Peer & { place: Place }> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryLaunch(options);
    if (!('fault' in result)) return result;
    if (!clash.test(result.fault) || attempt === attempts) throw new Error(`${options.name} did not start: ${result.fault}`);
  }
}

async function tryLaunch(options: LaunchOptions): Promise<(Peer & { place: Place }) | { fault: string }> {
  const place = await makePlace(options);
  const running = await spawnIn(place, options);
  const endAt = performance.now() + (options.startLimitMs ?? startLimitMs);
  for (;;) {
    const log = running.log();
    if (running.hasEnded() || clash.test(log) || performance.now() > endAt) {
      const why = running.hasEnded() ? 'it ended' : clash.test(log) ? 'a port is taken' : 'it did not answer in time';
      await running.stop();
      return { fault: `${why}\n${lastLines(log)}` };
    }
    if (await options.isReady(place).catch(() => false)) return { ...running, place };
    await delay(pollMs);
  }
}

async function makePlace({ name, ports, root = '' }: LaunchOptions): Promise<Place> {
  const base = root === '' ? tmpdir() : join(root, 'tmp');
  const folder = mkdtempSync(join(base, `sifaka-${name}-`));
  const numbers = await freePorts(ports);
  return {
    folder,
    path: (file) => join(folder, file).slice(root.length),
    port: (index) => {
      const number = numbers[index];
      if (number === undefined) throw new Error(`${name} asked for ${ports} ports only`);
      return number;
    },
  };
}

async function spawnIn(place: Place, options: LaunchOptions): Promise<Peer & { hasEnded(): boolean }> {
  const { program, args, env = {} } = await options.prepare(place);
  const logFile = join(place.folder, 'peer.log');
  const output = openSync(logFile, 'a');
  const setpriv = findProgram('setpriv');
  const tied = setpriv === null ? [] : [setpriv, '--pdeathsig=KILL', '--'];
  const elsewhere = options.root === undefined ? [] : ['chroot', options.root];
  const [command = program, ...rest] = [...tied, ...elsewhere, program, ...args];
  const child = spawn(command, rest, {
    cwd: place.folder,
    // The folder tells whoever looks for leftovers whose process it is.
    env: { ...process.env, ...env, SIFAKA_TEST_PEER: `${options.name} in ${place.folder} for ${tmpdir()}` },
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  // A test that forgets a peer, or fails before it could stop it, still ends; the peer ends with it.
  child.unref();
  let failure = '';
  child.once('error', (error) => (failure = error.message));
  const log = () => `${failure}${read(logFile)}`;
  return {
    pid: child.pid ?? 0,
    log,
    hasEnded: () => failure !== '' || child.exitCode !== null || child.signalCode !== null,
    stop: async () => {
      await end(child);
      keepLog(options.name, child.pid ?? 0, logFile);
      rmSync(place.folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const family = descendantsOf(child.pid);
  child.kill('SIGTERM');
  const endAt = performance.now() + stopLimitMs;
  while (family.some(isRunning) && performance.now() < endAt) {
    // What it started for others, such as sessions, need not hear of its end.
    if (!isRunning(child.pid)) signal(family, 'SIGTERM');
    await delay(pollMs);
  }
  signal(family, 'SIGKILL');
  while (family.some(isRunning)) await delay(pollMs);
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids.filter(isRunning)) {
    try {
      process.kill(pid, name);
    } catch {
      // Gone in the meantime.
    }
  }
}

/** SIFAKA_TEST_PEER_LOGS names a folder that keeps the logs of all peers. */
function keepLog(name: string, pid: number, logFile: string): void {
  const folder = process.env.SIFAKA_TEST_PEER_LOGS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(logFile, join(folder, `${name}-${pid}.log`));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const lastLines = (text: string): string => text.trimEnd().split('\n').slice(-shownLines).join('\n');
