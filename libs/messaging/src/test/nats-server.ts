import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { busUsers, natsConfig } from '../rights/nats-config.js';
import type { Registry } from '../rights/nats-rights.js';
import { connectBus, type Bus, type BusUser } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { freePort, servers } from './servers.js';

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A real server with the users and rights of a registry; it can be stopped and started again on its port and files. */
export class TestNats {
  private child: ChildProcess | undefined;
  private readonly buses: Bus[] = [];

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(registry: Registry): Promise<TestNats> {
    const folder = mkdtempSync(join(servers().dataDir, 'nats-'));
    const server = new TestNats(folder, await freePort());
    const passwords = Object.assign({ ...nobody }, Object.fromEntries(busUsers.map((user) => [user, `secret of ${user}`])));
    const text = natsConfig({ registry, passwords, listen: { host: '127.0.0.1', port: server.port }, storeDir: folder });
    writeFileSync(join(folder, 'nats.conf'), text);
    await server.resume();
    return server;
  }

  /** As `nats-server -js` starts it: with streams, without users. */
  static async withoutUsers(): Promise<TestNats> {
    const folder = mkdtempSync(join(servers().dataDir, 'nats-'));
    const server = new TestNats(folder, await freePort());
    writeFileSync(join(folder, 'nats.conf'), `listen: "127.0.0.1:${server.port}"\njetstream { store_dir: ${JSON.stringify(folder)} }\n`);
    await server.resume();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  async bus(user: BusUser, log: Log = silent): Promise<Bus> {
    const bus = await connectBus({ user, url: this.url, username: user, password: `secret of ${user}`, log });
    this.buses.push(bus);
    return bus;
  }

  async resume(): Promise<void> {
    this.child = spawn(servers().natsServer, ['-c', join(this.folder, 'nats.conf')], { stdio: 'ignore' });
    for (let tries = 0; tries < 200 && !(await accepts(this.port)); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async pause(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.buses.map((bus) => bus.connection.close()));
    await this.pause();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const nobody = {
  gateway: '',
  issuer: '',
  keyvault: '',
  acme: '',
  discovery: '',
  deploy: '',
  notify: '',
  'sifaka-admin': '',
  'sifaka-events': '',
};

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
