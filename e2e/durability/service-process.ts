import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isRunning, repositoryRoot, waitUntil, type Platform } from '../harness/index.js';

/** Processes of a platform that runs in services apart, by the folder of their app. */
export function processesOf(platform: Platform, app: string): number[] {
  return platform.processes().filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/apps/${app}/dist/main.js`));
}

/** The embedded Postgres (its first process) or NATS server of a platform. */
export function serverOf(platform: Platform, program: 'postgres' | 'nats-server'): number {
  const isServer = (pid: number) => new RegExp(`(^|/)${program}\0`).test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const pid = platform.processes().find(isServer);
  if (pid === undefined) throw new Error(`no ${program} runs`);
  return pid;
}

/** A process like another one that runs, to be started when that one is gone: same program, same environment. */
export class Replacement {
  private readonly command: string[];
  private readonly env: Record<string, string>;
  private child: ChildProcess | null = null;
  private output = '';

  constructor(private readonly pid: number) {
    this.command = words(`/proc/${pid}/cmdline`);
    this.env = Object.fromEntries(
      words(`/proc/${pid}/environ`).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  }

  /** Signals the process and waits until it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    process.kill(this.pid, signal);
    await waitUntil(`process ${this.pid} to be gone`, () => !isRunning(this.pid), 15_000);
  }

  /** Starts it anew and waits until it is ready. */
  async start(): Promise<void> {
    const [program = process.execPath, ...args] = this.command;
    const child = spawn(program, args, { cwd: repositoryRoot, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    await waitUntil('the replacement to be ready', () => this.output.includes('service is ready') || child.exitCode !== null, 30_000);
    if (child.exitCode !== null) throw new Error(`the replacement ended:\n${this.output}`);
  }

  /** Of the process that was started; of the one it replaces until then. */
  get runningPid(): number {
    return this.child?.pid ?? this.pid;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}

const words = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\0')
    .filter((word) => word !== '');
