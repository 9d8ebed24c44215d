import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { allContracts, allEvents, serviceNames } from '@sifaka/contracts';
import type { BusUser } from '../bus/bus.js';
import { durableName, streamName } from '../rights/durables.js';
import { busUsers, natsPermissions, passwordVariable } from '../rights/nats-config.js';
import { natsRights } from '../rights/nats-rights.js';
import { ensureStream } from '../event/stream.js';
import { certificateIssued, registry } from './contracts.js';
import { TestNats } from './nats-server.js';
import { servers } from './servers.js';

let server: TestNats;

beforeAll(async () => {
  server = await TestNats.start(registry);
  await ensureStream(await server.bus('sifaka-admin'));
});
afterAll(() => server.stop());

/** What the server says against an action of a user: null when it lets it pass. */
async function objection(user: BusUser, act: (connection: NatsConnection) => void): Promise<string | null> {
  const { connection } = await server.bus(user);
  const refusals: string[] = [];
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError)
        refusals.push(`${status.error.operation} ${status.error.subject}`);
    }
  })();
  act(connection);
  await connection.flush();
  await connection.close();
  return refusals[0] ?? null;
}

const publish = (subject: string) => (connection: NatsConnection) => connection.publish(subject, '{}');
const listen = (subject: string, queue?: string) => (connection: NatsConnection) => {
  connection.subscribe(subject, { ...(queue !== undefined && { queue }), callback: () => undefined });
};

describe('the bus', () => {
  it.each([
    'rpc.keyvault.key.export.notify',
    'rpc.keyvault.key.export.issuer',
    'rpc.keyvault.key.export.deploy',
    'rpc.issuer.coin.spend.notify',
    'sifaka.v1.certificate.issued',
    '_INBOX_issuer.x.y',
    '$JS.API.STREAM.DELETE.SIFAKA',
    '$JS.API.STREAM.PURGE.SIFAKA',
    '$JS.API.STREAM.MSG.GET.SIFAKA',
    '$JS.API.CONSUMER.MSG.NEXT.SIFAKA.issuer-certificate-issued',
    '$JS.API.CONSUMER.CREATE.SIFAKA.issuer-certificate-issued.sifaka.v1.certificate.issued',
    '$JS.ACK.SIFAKA.issuer-certificate-issued.1.1.1.1.0',
  ])('does not let notify publish %s', async (subject) => {
    await expect(objection('notify', publish(subject))).resolves.toBe(`publish ${subject}`);
  });

  it.each([
    ['rpc.keyvault.>', 'notify'],
    ['rpc.keyvault.key.export.*', 'keyvault'],
    ['rpc.notify.>', undefined],
    ['_INBOX_issuer.>', undefined],
    ['_INBOX.>', undefined],
    ['sifaka.v1.>', undefined],
    ['>', undefined],
  ])('does not let notify listen to %s in queue %s', async (subject, queue) => {
    await expect(objection('notify', listen(subject, queue))).resolves.toBe(`subscription ${subject}`);
  });

  it.each(['rpc.keyvault.key.export.issuer', 'sifaka.v1.certificate.issued', 'sifaka.v1.key.viewed'])(
    'lets issuer publish %s',
    async (subject) => {
      await expect(objection('issuer', publish(subject))).resolves.toBeNull();
    },
  );

  it.each(serviceNames)('lets %s tell what it measures under its own name alone', async (service) => {
    await expect(objection(service, publish(`measurement.${service}`))).resolves.toBeNull();
    for (const other of serviceNames.filter((name) => name !== service)) {
      await expect(objection(service, publish(`measurement.${other}`))).resolves.toBe(`publish measurement.${other}`);
    }
  });

  it('lets nobody but notify hear what services measure, in its queue group', async () => {
    await expect(objection('notify', listen('measurement.*', 'notify'))).resolves.toBeNull();
    await expect(objection('notify', listen('measurement.>'))).resolves.not.toBeNull();
    for (const other of busUsers.filter((user) => user !== 'notify')) {
      await expect(objection(other, listen('measurement.*', other))).resolves.not.toBeNull();
      await expect(objection(other, listen('measurement.issuer'))).resolves.not.toBeNull();
    }
  });

  it('lets issuer answer in its own queue group and listen to its own replies', async () => {
    await expect(objection('issuer', listen('rpc.issuer.text.echo.*', 'issuer'))).resolves.toBeNull();
    await expect(objection('issuer', listen('_INBOX_issuer.>'))).resolves.toBeNull();
  });

  it('lets other systems read events and nothing else', async () => {
    await expect(objection('sifaka-events', listen('sifaka.v1.>'))).resolves.toBeNull();
    await expect(objection('sifaka-events', publish('sifaka.v1.certificate.issued'))).resolves.not.toBeNull();
    await expect(objection('sifaka-events', listen('rpc.>'))).resolves.not.toBeNull();
  });

  it('keeps requests and replies from its administrator', async () => {
    await expect(objection('sifaka-admin', listen('rpc.keyvault.>'))).resolves.not.toBeNull();
    await expect(objection('sifaka-admin', publish('rpc.keyvault.key.export.issuer'))).resolves.not.toBeNull();
  });

  it('lets a service keep its own durable consumer', async () => {
    const { connection } = await server.bus('notify');
    const durable = durableName('notify', certificateIssued);
    const { consumers } = await jetstreamManager(connection, { checkAPI: false });
    await consumers.add(streamName, { durable_name: durable, filter_subject: certificateIssued.subject });
    const consumer = await jetstream(connection).consumers.get(streamName, durable);
    await expect(consumer.info()).resolves.toMatchObject({ name: 'notify-certificate-issued' });
  });
});

describe('the configuration for a file in the open', () => {
  it('takes every password from the environment, and the server accepts it', () => {
    const file = join(servers().dataDir, 'permissions.conf');
    writeFileSync(file, natsPermissions({ registry: { contracts: allContracts, events: allEvents } }));
    const env = Object.fromEntries(busUsers.map((user) => [passwordVariable(user), `password-of-${user}`]));
    const checked = spawnSync(servers().natsServer, ['-t', '-c', file], { env, encoding: 'utf8' });
    expect(checked.stderr).toContain('configuration file');
    expect(checked.status).toBe(0);
    expect(spawnSync(servers().natsServer, ['-t', '-c', file], { env: {} }).status).not.toBe(0);
  });
});

describe('the rights made from contracts', () => {
  it('give a service exactly the calls that name it as caller', () => {
    const asked = natsRights(registry).deploy.publish.filter((subject) => subject.startsWith('rpc.'));
    expect(asked).toEqual(['rpc.issuer.call.relay.deploy', 'rpc.keyvault.key.export.deploy']);
  });
});
