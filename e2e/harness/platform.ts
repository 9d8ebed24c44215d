import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from './client.js';
import { freePort } from './free-port.js';
import { descendantsOf, isRunning } from './process-tree.js';
import { waitUntil } from './wait-until.js';

export interface PlatformOptions {
  /** `standalone` (default) is `npm start`; `services` is `npm run start:services`. */
  mode?: 'standalone' | 'services';
  /** Further settings; an empty text takes one away that the harness would set. */
  env?: Readonly<Record<string, string>>;
  /** A folder that outlives the platform; else a fresh one, removed by `dispose`. */
  dataDir?: string;
  port?: number;
  /** Longest time to the ready line, in milliseconds; the default allows a start on a busy machine. */
  startLimitMs?: number;
}

export interface StopResult {
  code: number | null;
  elapsedMs: number;
}

const admin = { username: 'admin', password: 'Correct-horse-battery-1!' };

/** Compiled or not, the harness lies two folders below the root. */
export const repositoryRoot = join(import.meta.dirname, '../..');

/** The whole platform as its users have it: started by its command, reached by its port, stopped by signals. */
export class Platform {
  private child: ChildProcess | null = null;
  private ended: Promise<unknown> = Promise.resolve();
  private output = '';
  private adminClient: Promise<Client> | null = null;
  /** From the command to the ready line, of the last start. */
  startedInMs = 0;

  private constructor(
    readonly options: PlatformOptions,
    readonly port: number,
    readonly dataDir: string,
  ) {}

  static async start(options: PlatformOptions = {}): Promise<Platform> {
    const dataDir = options.dataDir ?? join(mkdtempSync(join(tmpdir(), 'sifaka-e2e-')), 'data');
    const platform = new Platform(options, options.port ?? (await freePort()), dataDir);
    await platform.start();
    return platform;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Speaks without a token. */
  get anonymous(): Client {
    return new Client(this.url);
  }

  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error('the platform is not running');
    return pid;
  }

  /** Everything it printed since it was last started. */
  get log(): string {
    return this.output;
  }

  get administrator(): { username: string; password: string } {
    return admin;
  }

  /** Speaks as the first administrator. */
  admin(): Promise<Client> {
    this.adminClient ??= this.anonymous.login(admin.username, admin.password);
    return this.adminClient;
  }

  /** Starts again what was stopped or killed: same data, same port. */
  async start(): Promise<void> {
    const startedAt = Date.now();
    const child = this.spawn();
    const limitMs = this.options.startLimitMs ?? 90_000;
    try {
      await waitUntil(
        'the ready line',
        () => this.output.includes(`ready at ${this.url}`) || child.exitCode !== null || child.signalCode !== null,
        limitMs,
      );
    } catch (error) {
      await this.kill();
      throw new Error(`the platform was not ready within ${limitMs} ms:\n${this.lastLines()}`, { cause: error });
    }
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the platform ended while starting:\n${this.lastLines()}`);
    this.startedInMs = Date.now() - startedAt;
  }

  /** Asks it to stop, and waits until it and everything it started is gone. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<StopResult> {
    const child = this.child;
    if (child?.pid === undefined) return { code: null, elapsedMs: 0 };
    const processes = this.processes();
    const startedAt = Date.now();
    child.kill(signal);
    await waitUntil('the platform to stop', () => !processes.some(isRunning), 30_000);
    await this.ended;
    this.child = null;
    return { code: child.exitCode, elapsedMs: Date.now() - startedAt };
  }

  /** SIGKILL to everything at once, the children first so that none has time to notice. */
  async kill(): Promise<void> {
    const processes = this.child === null ? [] : this.processes();
    for (const pid of processes.toReversed()) killNow(pid);
    await waitUntil('killed processes to be gone', () => !processes.some(isRunning), 10_000);
    this.child = null;
  }

  /** Stops it, whatever state it is in, and removes its data. */
  async dispose(): Promise<void> {
    if (this.child !== null && isRunning(this.pid)) await this.stop().catch(() => this.kill());
    if (this.options.dataDir === undefined) rmSync(join(this.dataDir, '..'), { recursive: true, force: true });
  }

  /** Pids of everything that runs for it: Node, Postgres, NATS. */
  processes(): number[] {
    return descendantsOf(this.pid).filter(isRunning);
  }

  /** Address of the embedded Postgres, as its superuser: for what no API tells (durability, raw ceilings). */
  databaseUrl(): string {
    const folder = join(this.dataDir, 'postgres');
    const port = readFileSync(join(folder, 'cluster/postmaster.pid'), 'utf8').split('\n')[3];
    const password = readFileSync(join(folder, 'superuser-password'), 'utf8').trim();
    return `postgres://postgres:${password}@127.0.0.1:${port}/sifaka`;
  }

  /** What a person would look at first. */
  private lastLines(): string {
    const lines = this.output.trimEnd().split('\n').slice(-15);
    return lines.map((line) => line.slice(0, 300)).join('\n');
  }

  private spawn(): ChildProcess {
    const script = this.options.mode === 'services' ? 'scripts/start-services.mjs' : 'scripts/start.mjs';
    // The kernel ends it with us, however we end: no test leaves a platform behind.
    const tied = existsSync('/usr/bin/setpriv');
    const program = tied ? '/usr/bin/setpriv' : process.execPath;
    const args = tied ? ['--pdeathsig=TERM', '--', process.execPath, script] : [script];
    const child = spawn(program, args, { cwd: repositoryRoot, env: this.environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    this.output = '';
    this.adminClient = null;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output = (this.output + text).slice(-1_000_000)));
    return child;
  }

  private environment(): Record<string, string> {
    const env: Record<string, string | undefined> = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      SIFAKA_DATA_DIR: this.dataDir,
      SIFAKA_PORT: String(this.port),
      SIFAKA_ADMIN_PASSWORD: admin.password,
      // Suites log in more often than a person may.
      SIFAKA_LOGIN_LIMIT: '10000',
      ...this.options.env,
    };
    return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''));
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already: its parent took it along.
  }
}
