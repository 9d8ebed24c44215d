import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Linux ends the child with us, however we end; elsewhere a signal to us is passed on. */
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * Runs a program to its end. SIGINT and SIGTERM end the program first, then this process.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit code, 1 when it could not be started
 */
export function runChild(program, args, options) {
  const [command, ...rest] = setpriv === undefined ? [program, ...args] : [setpriv, '--pdeathsig=TERM', '--', program, ...args];
  return new Promise((resolve) => {
    const child = spawn(command, rest, options);
    const handlers = ['SIGINT', 'SIGTERM'].map((signal) => {
      const handler = () => {
        child.once('exit', () => process.exit(130));
        child.kill(signal);
      };
      process.on(signal, handler);
      return () => process.removeListener(signal, handler);
    });
    const end = (code) => {
      for (const remove of handlers) remove();
      resolve(code ?? 1);
    };
    child.once('error', () => end(1));
    child.once('exit', end);
  });
}
