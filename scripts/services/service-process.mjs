import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from '../workspace.mjs';

/**
 * One process of one service. Its lines are passed on with its name before them; it is never restarted silently.
 *
 * @param {{ name: string, program: string, args?: string[], env: Record<string, string>, print: (line: string) => void }} options
 */
export function startProcess({ name, program, args = [], env, print }) {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let lastFault = '';
  createInterface({ input: child.stdout }).on('line', (line) => print(`${name} | ${line}`));
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastFault = line;
    print(`${name} | ${line}`);
  });
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ name, code, signal, lastFault }));
  });
  return { name, pid: child.pid, exited, stop: (limitMs) => stop(child, exited, limitMs) };
}

async function stop(child, exited, limitMs) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await exited;
  clearTimeout(timer);
}
