import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allContracts, allEvents, serviceNames } from '@sifaka/contracts';
import { migrate, provisionDatabase, roleName } from '@sifaka/database';
import { CallerContextSigner, callerPrivateKey, connectBus, ensureStream, natsConfig, newCallerKeys, RpcClient } from '@sifaka/messaging';
import pg from 'pg';
import { keyvaultService } from '../../apps/keyvault-svc/dist/index.js';
import { issuerService } from '../../apps/issuer-svc/dist/index.js';
import { notifyService } from '../../apps/notify-svc/dist/index.js';
import { startNats } from '../../scripts/embedded/nats.mjs';
import { startPostgres } from '../../scripts/embedded/postgres.mjs';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const passwordOf = (user) => `simulated-${user}`;
/** @type {import('@sifaka/contracts').UserPrincipal} */
const admin = { kind: 'user', userId: 1, username: 'admin', email: 'admin@corp.test', apiKeyId: null, sourceIp: '192.0.2.10', userAgent: 'simulation', roles: [{ id: 1, name: 'admin' }] };

/** A Postgres and a NATS server of its own, with the schemas, users and rights of the product; the services are not started here. */
export class SimulatedPlatform {
  #keys = newCallerKeys();
  #masterKey = randomBytes(32).toString('base64');

  /** @param {{ now(): Date }} clock by which callers are known */
  static async start(clock) {
    const platform = new SimulatedPlatform();
    platform.dataDir = mkdtempSync(join(tmpdir(), 'sifaka-simulation-'));
    platform.postgres = await startPostgres({ dataDir: join(platform.dataDir), durable: false, maxConnections: 400 });
    await provisionDatabase(platform.postgres.url, Object.fromEntries(serviceNames.map((name) => [name, passwordOf(name)])));
    for (const { name, migrations } of [keyvaultService, issuerService, notifyService]) await migrate(platform.postgres.url, { schema: name, migrations });
    const users = [...serviceNames, 'sifaka-admin', 'sifaka-events'];
    const configText = natsConfig({ registry: { contracts: allContracts, events: allEvents }, passwords: Object.fromEntries(users.map((user) => [user, passwordOf(user)])) });
    platform.nats = await startNats({ dataDir: mkdtempSync(join(platform.dataDir, 'nats-')), configText });
    platform.admin = await platform.#connect('sifaka-admin');
    await ensureStream(platform.admin);
    platform.gateway = await platform.#connect('gateway');
    platform.client = new RpcClient(platform.gateway, 'gateway', new CallerContextSigner(callerPrivateKey(platform.#keys.privateKey), clock));
    platform.pool = new pg.Pool({ connectionString: platform.postgres.url, max: 4 });
    return platform;
  }

  /** Asks a service as the gateway does for an administrator. */
  call(contract, input) {
    return this.client.call(contract, input, { principal: admin });
  }

  /** SQL with the rights of everything. @returns {Promise<Record<string, any>[]>} */
  async rows(statement, values) {
    return (await this.pool.query(statement, values)).rows;
  }

  /** What a process of that service finds in its environment. */
  environmentOf(name) {
    const database = new URL(this.postgres.url);
    database.username = roleName(name);
    database.password = passwordOf(name);
    return {
      DATABASE_URL: database.href,
      SIFAKA_DATABASE_POOL_SIZE: '10',
      NATS_URL: this.nats.url,
      SIFAKA_NATS_USER: name,
      SIFAKA_NATS_PASSWORD: passwordOf(name),
      SIFAKA_CALLER_PUBLIC_KEY: this.#keys.publicKey,
      SIFAKA_LOG_LEVEL: process.env.SIFAKA_LOG_LEVEL ?? 'fatal',
      SIFAKA_PORT: '0',
      ...(name === 'keyvault' && { SIFAKA_MASTER_KEYS: this.#masterKey }),
    };
  }

  async stop() {
    await this.pool?.end();
    await this.gateway?.close();
    await this.admin?.close();
    await this.nats?.stop();
    await this.postgres?.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #connect(user) {
    return connectBus({ user, url: this.nats.url, username: user, password: passwordOf(user), log: quiet });
  }
}
