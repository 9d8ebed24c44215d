import { spawn } from 'node:child_process';
import type { CommandResult } from '@sifaka/certificate-files';
import { AppError } from '@sifaka/kernel';

const timeoutMs = 30_000;
const outputBytes = 8_192;
/** A server that was put into the background may hold on to the output of the command that started it: what is said until then counts. */
const lastWordsMs = 200;

/** All that a command sees of the surroundings: those of the service hold its secrets. */
const surroundings = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/' };

/**
 * Words of a command as a shell would part them, with '…' and "…" for words that hold spaces; nothing else means anything.
 *
 * @throws AppError `failed_precondition` for quotes that are not closed
 */
export function wordsOf(command: string): string[] {
  const words: string[] = [];
  let rest = command.trim();
  while (rest !== '') {
    const [whole, parts = ''] = /^((?:[^\s'"]|'[^']*'|"[^"]*")+)(?:\s+|$)/.exec(rest) ?? [];
    if (whole === undefined) throw new AppError('failed_precondition', `the command has quotes that are not closed: ${command}`, { reason: 'destination.bad_command' });
    words.push(parts.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single: string | undefined, double: string | undefined) => single ?? double ?? ''));
    rest = rest.slice(whole.length);
  }
  return words;
}

/**
 * Runs a program without a shell.
 *
 * @throws AppError `failed_precondition` for one that there is not, `upstream_timeout` after 30 s
 */
export function runLocally([program = '', ...args]: readonly string[], signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    // A group of its own: whatever it started ends with it.
    const child = spawn(program, args, { cwd: '/', env: surroundings, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = Buffer.alloc(0);
    const take = (chunk: Buffer) => (output = Buffer.concat([output, chunk]).subarray(-outputBytes));
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const giveUp = (fault: AppError) => {
      endGroup(child.pid);
      finish(() => reject(fault));
    };
    const stop = () => giveUp(new AppError('unavailable', `${program} was stopped before it was done`));
    const timer = setTimeout(() => giveUp(new AppError('upstream_timeout', `${program} took longer than ${timeoutMs / 1_000} s`, { reason: 'destination.command_timeout' })), timeoutMs);
    let lastWords: NodeJS.Timeout | undefined;
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      clearTimeout(lastWords);
      signal.removeEventListener('abort', stop);
      child.stdout.destroy();
      child.stderr.destroy();
      settle();
    };
    const done = (exitCode: number | null) => finish(() => resolve({ exitCode, output: output.toString('utf8') }));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.once('error', (error) => finish(() => reject(new AppError('failed_precondition', `${program} cannot be run: ${error.message}`, { reason: 'destination.command_failed', cause: error }))));
    child.once('exit', (exitCode) => (lastWords = setTimeout(done, lastWordsMs, exitCode)));
    child.once('close', done);
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone in the meantime.
  }
}
