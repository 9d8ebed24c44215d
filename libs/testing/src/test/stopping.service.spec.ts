import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import { serviceStatus } from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { Handles, Job, Jobs } from '@sifaka/messaging';
import { createLogger } from '@sifaka/observability';
import { defineService, startService } from '@sifaka/runtime';
import { testPlatform, waitUntil, type TestPlatform } from '../index.js';

let isAsked = false;

/** Answers when the job has been cut off; the job never listens to its signal. */
@Controller()
class Deaf {
  constructor(private readonly jobs: Jobs) {}

  @Job('deaf', { timeLimitMs: 60_000 })
  run(): Promise<void> {
    return new Promise(() => undefined);
  }

  @Handles(serviceStatus.notify)
  async status() {
    isAsked = true;
    const reason = await waitUntil(async () => (await this.jobs.status()).find(({ name }) => name === 'deaf')?.lastError);
    return { service: 'notify', version: reason, startedAt: new Date(0).toISOString(), jobs: [] };
  }
}

@Module({ controllers: [Deaf] })
class NotifyModule {}

const notify = defineService({
  name: 'notify',
  config: defineConfig('notify', {}),
  migrations: platformTables('notify'),
  module: () => NotifyModule,
});

describe('a service that stops', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await testPlatform({ services: [notify] });
    await platform.service('notify').stop();
  });
  afterAll(() => platform.stop());

  it('cuts off a job that does not listen while a call is still answered, and ends every step in time', async () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'notify', destination: { write: (line: string) => void lines.push(line) } });
    const service = await startService(notify, { env: { ...platform.environmentOf('notify'), SIFAKA_STOP_LIMIT_MS: '5000' }, logger });
    await service.app.get(Jobs).runNow('deaf');
    const running = async () => (await service.app.get(Jobs).status()).find(({ name }) => name === 'deaf')?.lastStartedAt;
    await waitUntil(running);

    const answer = platform.call('gateway', serviceStatus.notify, {});
    await waitUntil(() => isAsked);
    await Promise.all([service.stop(), expect(answer).resolves.toMatchObject({ version: 'unavailable: the service stops' })]);

    expect(lines.filter((line) => line.includes('no end within') || line.includes('before every call'))).toEqual([]);
  });
});
