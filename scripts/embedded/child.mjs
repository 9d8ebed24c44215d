import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * Starts a server that dies with this process, even when this process is killed with SIGKILL: the kernel signals it where
 * `setpriv` exists (Linux), elsewhere a shell that waits for our end of a pipe to close.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ deathSignal: 'INT' | 'TERM', log: number | 'ignore' | 'pipe', identity?: string[], env?: NodeJS.ProcessEnv, cwd?: string }} options
 *   `identity`: further arguments of setpriv (user to become). `log`: file descriptor for both outputs, or a pipe for each.
 * @returns {ChildProcess}
 */
export function spawnServer(program, args, options) {
  /** @type {import('node:child_process').SpawnOptions} */
  const settings = {
    stdio: ['ignore', options.log, options.log],
    env: options.env ?? process.env,
    cwd: options.cwd,
    // Its own group: Ctrl-C reaches us alone, and we stop it in order.
    detached: true,
  };
  if (setpriv !== undefined) {
    return spawn(setpriv, [`--pdeathsig=SIG${options.deathSignal}`, ...(options.identity ?? []), '--', program, ...args], settings);
  }
  const child = spawn(program, args, settings);
  if (child.pid !== undefined) watchFromShell(child.pid, options.deathSignal);
  return child;
}

/** @param {number} pid @param {string} signal */
function watchFromShell(pid, signal) {
  const watchdog = spawn('/bin/sh', ['-c', `read -r _; kill -${signal} "$1" 2>/dev/null`, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  if (watchdog.stdin !== null && 'unref' in watchdog.stdin && typeof watchdog.stdin.unref === 'function') watchdog.stdin.unref();
}

/** True when `setpriv` can be used to become another user. */
export const canSetIdentity = setpriv !== undefined;

/**
 * Ends a child: the polite signal first, SIGKILL after the limit.
 * @param {ChildProcess} child @param {NodeJS.Signals} signal @param {number} limitMs
 */
export async function stopChild(child, signal, limitMs) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await ended;
  clearTimeout(timer);
}

/**
 * Ends a process that an earlier, killed start left behind.
 * @param {number} pid @param {NodeJS.Signals} signal @param {number} limitMs
 */
export async function stopOrphan(pid, signal, limitMs) {
  signalProcess(pid, signal);
  const endAt = Date.now() + limitMs;
  while (isAlive(pid) && Date.now() < endAt) await delay(20);
  if (isAlive(pid)) signalProcess(pid, 'SIGKILL');
  while (isAlive(pid)) await delay(20);
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function signalProcess(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // A process that ended but whose parent did not ask for its result is no longer running.
  return processState(pid) !== 'Z';
}

/** @param {number} pid */
function processState(pid) {
  const status = read(`/proc/${pid}/stat`);
  return status === undefined ? undefined : status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3);
}

/**
 * Processes that run in a directory; undefined where that cannot be known.
 * @param {string} directory
 */
export function processesIn(directory) {
  if (!existsSync('/proc/self/cwd')) return undefined;
  if (!existsSync(directory)) return [];
  const path = realpathSync(directory, { encoding: 'utf8' });
  const isThere = (/** @type {string} */ pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === path;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isThere(name))
    .map(Number);
}

/**
 * The command line of a process, or undefined where that cannot be known.
 * @param {number} pid
 */
export function commandLine(pid) {
  return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ');
}

/**
 * Tells a process from a later one with the same number: its start time in clock ticks since boot, with the boot's id.
 * @param {number} pid
 */
export function processIdentity(pid) {
  const status = read(`/proc/${pid}/stat`);
  if (status === undefined) return undefined;
  const startedAt = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  return `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${startedAt}`;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
