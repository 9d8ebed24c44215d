import { createInterface } from 'node:readline';
import { spawnServer } from '../embedded/child.mjs';
import { root } from '../workspace.mjs';

const running = new Set();

/**
 * One process of one service, which ends when this process does. Its lines are passed on with its name before them; it is never restarted silently.
 *
 * @param {{ name: string, program: string, args?: string[], env: Record<string, string>, print: (line: string) => void }} options
 */
export function startProcess({ name, program, args = [], env, print }) {
  const child = spawnServer(process.execPath, [program, ...args], { cwd: root, env, log: 'pipe', deathSignal: 'TERM' });
  running.add(child);
  let lastFault = '';
  createInterface({ input: child.stdout }).on('line', (line) => print(`${name} | ${line}`));
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastFault = line;
    print(`${name} | ${line}`);
  });
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve({ name, code, signal, lastFault });
    });
  });
  return { name, pid: child.pid, exited, stop: (limitMs) => stop(child, exited, limitMs) };
}

/** Sends a signal to every process that still runs. @param {NodeJS.Signals} signal */
export function signalAll(signal) {
  for (const child of running) child.kill(signal);
}

async function stop(child, exited, limitMs) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await exited;
  clearTimeout(timer);
}
