import { AppError } from '@sifaka/kernel';
import type { Client, ClientChannel } from 'ssh2';

export interface CommandLimits {
  timeoutMs: number;
  /** The last so many bytes of what it prints are kept. */
  outputBytes: number;
}

export interface RemoteCommandResult {
  /** Null for one that was ended by a signal. */
  exitCode: number | null;
  /** Standard output and errors as they came, the last of it. */
  output: string;
}

const defaults: CommandLimits = { timeoutMs: 20_000, outputBytes: 8_192 };

/** A server that was put into the background may hold on to the output of the command that started it: what is said until then counts. */
const lastWordsMs = 200;

export function runOn(client: Client, host: string, command: string, limits: Partial<CommandLimits> = {}): Promise<RemoteCommandResult> {
  const { timeoutMs, outputBytes } = { ...defaults, ...limits };
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error === undefined) follow(channel, { host, timeoutMs, outputBytes }).then(resolve, reject);
      else reject(new AppError('failed_precondition', `${host} runs no commands for this user: ${error.message}`, { reason: 'ssh.no_commands', cause: error }));
    });
  });
}

function follow(channel: ClientChannel, { host, timeoutMs, outputBytes }: CommandLimits & { host: string }): Promise<RemoteCommandResult> {
  let output = Buffer.alloc(0);
  let exitCode: number | null = null;
  const take = (chunk: Buffer) => {
    output = Buffer.concat([output, chunk]);
    if (output.length > outputBytes) output = output.subarray(output.length - outputBytes);
  };
  return new Promise((resolve, reject) => {
    let lastWords: NodeJS.Timeout | undefined;
    const tooLate = setTimeout(() => {
      channel.signal('KILL');
      channel.destroy();
      reject(new AppError('upstream_timeout', `a command at ${host} took longer than ${timeoutMs / 1_000} s`, { reason: 'ssh.command_timeout' }));
    }, timeoutMs);
    const done = () => {
      clearTimeout(tooLate);
      clearTimeout(lastWords);
      resolve({ exitCode, output: output.toString('utf8') });
      channel.destroy();
    };
    channel.on('data', take);
    channel.stderr.on('data', take);
    channel.on('error', reject);
    channel.on('exit', (code: number | null) => {
      exitCode = code;
      lastWords = setTimeout(done, lastWordsMs);
    });
    channel.once('close', done);
    channel.end();
  });
}
