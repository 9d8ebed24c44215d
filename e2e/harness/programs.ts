import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunResult {
  code: number | null;
  stdout: string;
  /** Output of programs that write DER. */
  bytes: Buffer;
  stderr: string;
}

const runLimitMs = 30_000;

/** Runs a program to its end; what it says is returned, not judged. */
export function run(program: string, args: readonly string[], input: string | Uint8Array = ''): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', timeout: runLimitMs, env: { ...process.env, LC_ALL: 'C' } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const bytes = Buffer.concat(stdout);
      resolve({ code, bytes, stdout: bytes.toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') });
    });
    // A program that ends before it has read everything is no fault of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** OpenSSL; throws with its complaint when it fails. */
export function openssl(args: readonly string[], input: string | Uint8Array = ''): Promise<RunResult> {
  return succeed('openssl', args, input);
}

/** Java's keytool, in English; throws with its complaint when it fails. */
export function keytool(args: readonly string[], input = ''): Promise<RunResult> {
  return succeed('keytool', ['-J-Duser.language=en', ...args], input);
}

async function succeed(program: string, args: readonly string[], input: string | Uint8Array): Promise<RunResult> {
  const result = await run(program, args, input);
  if (result.code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
  return result;
}

/** Gives paths of files with these contents for as long as the action runs: `withFiles({ ca: pem }, ({ ca }) => …)`. */
export async function withFiles<N extends string, T>(
  contents: Record<N, string | Uint8Array>,
  action: (paths: Record<N, string>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sifaka-files-'));
  try {
    const paths = {} as Record<N, string>;
    for (const [name, content] of Object.entries(contents) as [N, string | Uint8Array][]) {
      paths[name] = join(folder, name);
      await writeFile(paths[name], content, { mode: 0o600 });
    }
    return await action(paths);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
