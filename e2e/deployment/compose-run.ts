import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, findProgram, freePort, repositoryRoot, run, waitUntil } from '../harness/index.js';
import type { readCompose } from './compose.js';
import { makeSecrets, type Variables } from './settings.js';

type Compose = ReturnType<typeof readCompose>;

/**
 * What `docker compose up` would start, as plain processes with the very commands, variables, secrets and server configuration of the files;
 * only host names and ports become those of this machine.
 */
export class ComposeRun {
  private readonly children: ChildProcess[] = [];
  private readonly operationsPorts = new Map<string, number>();
  private gatewayPort = 0;
  private natsPort = 0;
  private secrets: Record<string, Variables> = {};
  /** What the services wrote to standard error. */
  complaints = '';

  private constructor(
    private readonly compose: Compose,
    private readonly folder: string,
  ) {}

  static async start(compose: Compose, folder: string): Promise<ComposeRun> {
    const started = new ComposeRun(compose, folder);
    try {
      await started.startServers();
      const { code, complaint } = await started.provision();
      if (code !== 0) throw new Error(`provision ended with ${code}: ${complaint}`);
      for (const [name, { command = [] }] of Object.entries(compose.services))
        if (command.at(-1)?.endsWith('/main.js')) await started.startService(name);
      return started;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  async provision(): Promise<{ code: number | null; complaint: string }> {
    const child = this.spawnService('provision', {});
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    await once(child, 'close');
    return { code: child.exitCode, complaint };
  }

  /** The health check of the container, with the port that the process really has. */
  async isHealthy(name: string): Promise<boolean> {
    const [kind, program = '', ...args] = this.compose.services[name]?.healthcheck.test ?? [];
    if (kind !== 'CMD') throw new Error(`${name} has no health check`);
    const own = args.map((arg) => arg.replace(':9000/', `:${this.operationsPorts.get(name) ?? 0}/`));
    return (await run(program, own)).code === 0;
  }

  async administrator(): Promise<Client> {
    const password = this.secrets.gateway?.SIFAKA_ADMIN_PASSWORD ?? '';
    return await new Client(`http://127.0.0.1:${this.gatewayPort}`).login('admin', password);
  }

  /** The services first, in the order in which they were started last: Postgres and NATS lose nobody who still works. */
  async stop(): Promise<void> {
    const [postgres, nats, ...services] = this.children;
    await Promise.all(services.map(end));
    await Promise.all([nats, postgres].filter((child) => child !== undefined).map(end));
  }

  private async startServers(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const postgres = this.watch(
      spawn(process.execPath, [join(import.meta.dirname, 'postgres.mjs'), join(this.folder, 'postgres')], { stdio: 'pipe' }),
    );
    const [line] = (await once(createInterface({ input: postgres.stdout }), 'line')) as [string];
    const own = new URL(line);
    own.username = '';
    own.password = '';
    this.secrets = makeSecrets(join(this.folder, 'secrets'), ['--database', own.href, '--database-admin', line]);

    this.natsPort = await freePort();
    const monitoringPort = await freePort();
    const args = ['-c', this.natsConfiguration(), '-a', '127.0.0.1', '-p', String(this.natsPort), '-m', String(monitoringPort)];
    this.watch(spawn(findProgram('nats-server') ?? '', args, { stdio: 'pipe', env: this.secrets.nats }));
    const health = async () => (await fetch(`http://127.0.0.1:${monitoringPort}/healthz?js-enabled-only=true`)).ok;
    await waitUntil('NATS to be healthy', () => health().catch(() => false));
  }

  /** The files of the container, with a folder of this machine for what the container has mounted at /data. */
  private natsConfiguration(): string {
    const folder = join(this.folder, 'nats');
    cpSync(join(repositoryRoot, 'deploy/nats'), folder, { recursive: true });
    const path = join(folder, 'nats.conf');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"/data"', JSON.stringify(join(folder, 'data'))));
    return path;
  }

  private async startService(name: string): Promise<void> {
    const port = await freePort();
    this.operationsPorts.set(name, port);
    const own: Variables = { SIFAKA_OPERATIONS_HOST: '127.0.0.1', SIFAKA_OPERATIONS_PORT: String(port) };
    if (name === 'gateway') {
      this.gatewayPort = await freePort();
      Object.assign(own, { SIFAKA_HOST: '127.0.0.1', SIFAKA_PORT: String(this.gatewayPort) });
    }
    this.watch(this.spawnService(name, own));
  }

  private spawnService(name: string, own: Variables): ChildProcess {
    const { command = [], environment = {} } = this.compose.services[name] ?? {};
    const [program = '', ...args] = command;
    const env = { PATH: process.env.PATH, ...this.secrets[name], ...environment, NATS_URL: `nats://127.0.0.1:${this.natsPort}`, ...own };
    return spawn(program, args, { cwd: repositoryRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  private watch<C extends ChildProcess>(child: C): C {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.complaints = (this.complaints + text).slice(-100_000)));
    child.stdout?.resume();
    this.children.push(child);
    return child;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // The one that reads standard input ends with it, and takes its server along.
  if (child.stdin === null) child.kill('SIGTERM');
  else if (child.spawnargs.some((arg) => arg.endsWith('postgres.mjs'))) child.stdin.end();
  else child.kill('SIGTERM');
  await ended;
}
