import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { allContracts, allEvents } from '@sifaka/contracts';
import { connectBus, ensureStream, natsConfig, type Bus, type BusUser } from '@sifaka/messaging';
import { testPassword } from './test-database.js';
import { testServers } from './servers.js';

export interface TestBus {
  readonly url: string;
  /** A connection with the rights of that user, and no others. */
  connect(user: BusUser): Promise<Bus>;
  stop(): Promise<void>;
}

/**
 * A NATS server of its own, with the users and rights of the product: it starts in some ten milliseconds, and platforms under
 * test in parallel must not answer each other's calls.
 */
export async function testBus(): Promise<TestBus> {
  const { natsServer, dataDir, startNats } = testServers();
  const passwords = {
    gateway: testPassword('gateway'),
    issuer: testPassword('issuer'),
    keyvault: testPassword('keyvault'),
    acme: testPassword('acme'),
    discovery: testPassword('discovery'),
    deploy: testPassword('deploy'),
    notify: testPassword('notify'),
    'sifaka-admin': testPassword('sifaka-admin'),
    'sifaka-events': testPassword('sifaka-events'),
  } satisfies Record<BusUser, string>;
  const server = await startNats({
    dataDir: join(dataDir, `nats-${randomBytes(6).toString('hex')}`),
    program: natsServer,
    configText: natsConfig({ registry: { contracts: allContracts, events: allEvents }, passwords }),
  });

  const buses: Bus[] = [];
  const connect = async (user: BusUser) => {
    const bus = await connectBus({ user, url: server.url, username: user, password: passwords[user], log: silentLog });
    buses.push(bus);
    return bus;
  };
  const admin = await connect('sifaka-admin');
  await ensureStream(admin);
  return {
    url: server.url,
    connect,
    async stop() {
      await Promise.allSettled(buses.map((bus) => bus.close()));
      await server.stop();
    },
  };
}

const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
