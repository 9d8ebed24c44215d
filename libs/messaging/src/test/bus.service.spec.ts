import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectBus, type Bus, type BusOptions } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { ensureStream } from '../event/stream.js';
import { registry } from './contracts.js';
import { TestNats, silent } from './nats-server.js';

const warnings: string[] = [];
const log: Log = { ...silent, warn: (_fields, text) => void warnings.push(text) };
const buses: Bus[] = [];
const ends: (() => Promise<void>)[] = [];

async function connect(options: Omit<BusOptions, 'log'>): Promise<Bus> {
  const bus = await connectBus({ ...options, log });
  buses.push(bus);
  return bus;
}

beforeEach(() => {
  warnings.length = 0;
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  for (const end of ends.splice(0)) await end();
});

describe('a server with the users of the product', () => {
  let server: TestNats;
  beforeEach(async () => {
    server = await TestNats.start(registry);
    ends.push(() => server.stop());
  });

  it('knows a service by its own password, whatever stands in the address', async () => {
    const url = server.url.replace('//', '//somebody:else@');
    const bus = await connect({ user: 'issuer', url, username: 'issuer', password: 'secret of issuer' });

    expect(bus.missingRights).toBeNull();
    expect(warnings).toEqual([]);
  });

  it('is told of a service that goes by the user in the address', async () => {
    const url = server.url.replace('//', `//gateway:${encodeURIComponent('secret of gateway')}@`);
    await connect({ user: 'issuer', url });

    expect(warnings).toEqual([expect.stringMatching(/^service issuer uses NATS as "gateway".*not enforced.*SIFAKA_NATS_PASSWORD/)]);
  });
});

describe('a server that asks for no user', () => {
  it('works, and what is lost is said', async () => {
    const server = await TestNats.withoutUsers();
    ends.push(() => server.stop());
    const bus = await connect({ user: 'sifaka-admin', url: server.url, username: 'sifaka-admin', password: 'any' });
    await ensureStream(bus);

    expect(warnings).toEqual([expect.stringMatching(/asks for no user, so that the rights of the services are not enforced/)]);
  });
});
