import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps servers where the PATH of an ordinary user does not lead. */
const systemDirs = ['/usr/sbin', '/usr/local/sbin', '/sbin'];
const runLimitMs = 30_000;

/** Full path of a program; null when it is not installed. */
export function findProgram(name: string): string | null {
  const dirs = [...(process.env.PATH ?? '').split(delimiter), ...systemDirs].filter((dir) => dir !== '');
  return dirs.map((dir) => join(dir, name)).find(isExecutable) ?? null;
}

/** As `findProgram`; throws when it is not installed. */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === null) throw new Error(`the program "${name}" is not installed`);
  return path;
}

/** Runs a program to its end and returns its standard output; throws with what it said when it fails. */
export function run(
  program: string,
  args: readonly string[],
  options: { input?: string | Uint8Array; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = { timeout: runLimitMs, cwd: options.cwd, env: { ...process.env, LC_ALL: 'C' } };
    const child = execFile(programPath(program), args, settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')}: ${stderr || stdout || error.message}`, { cause: error }));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
