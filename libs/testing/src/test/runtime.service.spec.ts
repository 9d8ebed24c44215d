import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { defineConfig, setting } from '@sifaka/config';
import { serviceStatus } from '@sifaka/contracts';
import { Database, platformTables } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { Outbox, RpcClient } from '@sifaka/messaging';
import { z } from 'zod';
import { CLOCK, CONFIG, defineService, ReadinessChecks, startService, StatusModule } from '@sifaka/runtime';
import { aPrincipal, freePort, testPlatform, type TestPlatform } from '../index.js';

const config = defineConfig('notify', {
  greeting: setting(z.string().default('hello'), { env: 'SIFAKA_TEST_GREETING', describe: 'What the test service says.' }),
});

@Injectable()
class Probe {
  isWell = true;

  constructor(
    @Inject(CONFIG) readonly config: { greeting: string },
    @Inject(CLOCK) readonly clock: Clock,
    readonly database: Database,
    readonly rpc: RpcClient,
    readonly outbox: Outbox,
    readiness: ReadinessChecks,
  ) {
    readiness.add('probe', () => {
      if (!this.isWell) throw new Error('not well');
    });
  }
}

@Module({ imports: [StatusModule.forService('notify', [])], providers: [Probe] })
class NotifyModule {}

const notify = defineService({ name: 'notify', config, migrations: platformTables('notify'), module: () => NotifyModule });

describe('a service', () => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await testPlatform({ services: [notify], env: { SIFAKA_TEST_GREETING: 'good day' } });
  });
  afterAll(() => platform.stop());

  it('gives its module configuration, database, messaging and clock', async () => {
    const probe = platform.service('notify').app.get(Probe);

    expect(probe.config.greeting).toBe('good day');
    expect(await probe.database.query('select current_user as name')).toEqual([{ name: 'sifaka_notify' }]);
    expect(probe.clock.now()).toBeInstanceOf(Date);
  });

  it('answers over the bus', async () => {
    const status = await platform.call('gateway', serviceStatus.notify, {}, { principal: aPrincipal({ admin: true }) });

    expect(status).toMatchObject({ service: 'notify' });
  });

  it('is not ready while one of its own checks fails', async () => {
    const service = platform.service('notify');
    const probe = service.app.get(Probe);

    probe.isWell = false;
    const unwell = await service.readiness();
    probe.isWell = true;

    expect(unwell).toEqual({ isReady: false, checks: { database: 'ok', nats: 'ok', probe: 'not well' } });
    expect((await service.readiness()).isReady).toBe(true);
  });

  it('runs beside another replica, and goes on when that one stops', async () => {
    const replica = await platform.replicate('notify');
    await replica.stop();

    await expect(platform.call('gateway', serviceStatus.notify, {})).resolves.toMatchObject({ service: 'notify' });
  });

  it('can be restarted', async () => {
    await platform.restart('notify');

    await expect(platform.call('gateway', serviceStatus.notify, {})).resolves.toMatchObject({ service: 'notify' });
  });

  it('serves liveness, readiness and metrics to operators', async () => {
    const service = await startService(notify, {
      env: { ...platform.environmentOf('notify'), SIFAKA_OPERATIONS_PORT: String(await freePort()), SIFAKA_LOG_LEVEL: 'silent' },
    });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${service.operationsPort}${path}`);
      return { status: response.status, body: await response.text() };
    };

    expect(await get('/livez')).toEqual({ status: 200, body: 'ok\n' });
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    expect((await get('/metrics')).body).toContain('sifaka_database_query_seconds');
    expect((await get('/other')).status).toBe(404);
    await service.stop();
    await expect(get('/livez')).rejects.toThrow('fetch failed');
  });
});

describe('a start that cannot succeed', () => {
  let platform: TestPlatform;
  const start = (env: Record<string, string>) =>
    startService(notify, {
      env: { ...platform.environmentOf('notify'), SIFAKA_START_LIMIT_MS: '300', SIFAKA_LOG_LEVEL: 'silent', ...env },
    });

  beforeAll(async () => {
    platform = await testPlatform({ services: [] });
  });
  afterAll(() => platform.stop());

  it('names every wrong setting at once', async () => {
    await expect(start({ DATABASE_URL: 'mysql://x', SIFAKA_LOG_LEVEL: 'loud' })).rejects.toThrow(
      /DATABASE_URL: \[redacted\][^]*SIFAKA_LOG_LEVEL: "loud"/,
    );
  });

  it('says that no database answers, where, and what to do', async () => {
    const url = `postgres://sifaka_notify:x@127.0.0.1:${await freePort()}/sifaka`;

    await expect(start({ DATABASE_URL: url })).rejects.toThrow(
      /^Postgres at sifaka_notify@127\.0\.0\.1:\d+\/sifaka cannot be reached: .*ECONNREFUSED.*DATABASE_URL/,
    );
  });

  it('says that the database refuses the password, without waiting', async () => {
    const url = platform.databases.urlOf('notify').replace('test-notify', 'wrong');

    await expect(start({ DATABASE_URL: url, SIFAKA_START_LIMIT_MS: '60000' })).rejects.toThrow(
      /refuses the connection: password authentication failed/,
    );
  });

  it('says that migrations are missing', async () => {
    await expect(start({})).rejects.toThrow(new RegExp(`schema "notify" lacks ${platformTables('notify').length} migrations .*"migrate"`));
  });

  it('says that NATS does not answer', async () => {
    const env = {
      ...platform.environmentOf('notify'),
      NATS_URL: `nats://127.0.0.1:${await freePort()}`,
      SIFAKA_START_LIMIT_MS: '300',
      SIFAKA_LOG_LEVEL: 'silent',
    };

    await expect(startService(notify, { env, migrate: true })).rejects.toThrow(/cannot reach NATS at 127\.0\.0\.1/);
  });

  it('says which port is in use, and by which setting it can be changed', async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, '127.0.0.1');

    await expect(
      startService(notify, {
        env: { ...platform.environmentOf('notify'), SIFAKA_OPERATIONS_PORT: String(port), SIFAKA_LOG_LEVEL: 'silent' },
        migrate: true,
      }),
    ).rejects.toThrow(`127.0.0.1:${port} is in use: stop what listens there, or set SIFAKA_OPERATIONS_PORT`);
    squatter.close();
  });
});

describe('a start before its servers', () => {
  it('waits for the database, and goes on as soon as that is there', async () => {
    const platform = await testPlatform({ services: [notify] });
    const { hostname, port: databasePort } = new URL(platform.databases.urlOf('notify'));
    const port = await freePort();
    const url = platform.databases.urlOf('notify').replace(databasePort, String(port));
    const starting = startService(notify, { env: { ...platform.environmentOf('notify'), DATABASE_URL: url, SIFAKA_LOG_LEVEL: 'silent' } });

    const proxy = createServer((near) => {
      void import('node:net').then(({ connect }) => {
        const far = connect(Number(databasePort), hostname);
        near.pipe(far).pipe(near);
        near.on('error', () => far.destroy());
        far.on('error', () => near.destroy());
      });
    });
    proxy.listen(port, '127.0.0.1');
    const service = await starting;

    expect((await service.readiness()).isReady).toBe(true);
    await service.stop();
    proxy.close();
    await platform.stop();
  });
});
