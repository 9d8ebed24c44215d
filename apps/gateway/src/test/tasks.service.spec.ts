import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { Task, type TaskContext } from '@sifaka/messaging';
import { metricsText } from '@sifaka/observability';
import { defineService, StatusModule } from '@sifaka/runtime';
import { waitUntil } from '@sifaka/testing';
import { aGateway, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

const ran: [string, TaskArguments, TaskContext['trigger']][] = [];

@Injectable()
class DiscoveryTasks {
  @Task('sync_source')
  async sync(args: TaskArguments, { trigger }: TaskContext): Promise<TaskReport> {
    ran.push(['sync_source', args, trigger]);
    return { certificates: 7 };
  }

  @Task('identify_expiring_deployed_certificates')
  async identify(args: TaskArguments, { trigger }: TaskContext): Promise<void> {
    ran.push(['identify_expiring_deployed_certificates', args, trigger]);
  }
}

@Module({ imports: [StatusModule.forService('discovery', [])], providers: [DiscoveryTasks] })
class DiscoveryStandInModule {}

const discoveryStandIn = defineService({ name: 'discovery', config: defineConfig('discovery', {}), migrations: platformTables('discovery'), module: () => DiscoveryStandInModule });

let gateway: Gateway;
beforeAll(async () => {
  const tasks = { identity_expiring_deployed_certificates: { schedule: '15 21 * * *', timeLimitSeconds: 60 }, report_celery_last_success_metrics: { enabled: false } };
  gateway = await aGateway({ services: [discoveryStandIn], allEnv: { SIFAKA_TASKS: JSON.stringify(tasks) } });
});
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown) => gateway.send(method, path, { token: gateway.admin, ...(body !== undefined && { body }) });
const listed = async (name: string) => (await asAdmin('GET', '/tasks')).body.items.find((task: Listed) => task.name === name);

interface Listed {
  name: string;
  service: string;
}

describe('tasks', () => {
  it('are listed with what they did last and when they run next, of every service that answers', async () => {
    const { status, body } = await asAdmin('GET', '/tasks');
    expect(status).toBe(200);
    expect(body.total).toBe(body.items.length);
    const task = body.items.find(({ name }: Listed) => name === 'gateway.prune-logins');
    expect(task).toEqual({
      name: 'gateway.prune-logins',
      service: 'gateway',
      summary: null,
      cron: '*/10 * * * *',
      isEnabled: true,
      timeLimitMs: 60_000,
      isRunning: false,
      lastReport: null,
      lastStartedAt: null,
      lastTrigger: null,
      lastSuccessAt: null,
      lastEndedAt: null,
      isDryRun: false,
      lastError: null,
      lastErrorAt: null,
      lastDurationMs: null,
      nextRunAt: expect.stringMatching(/Z$/),
    });
    expect(body.items.map(({ service }: Listed) => service)).toContain('issuer');
    expect(body.items.map(({ name }: Listed) => name)).toContain('issuer.housekeeping');
  });

  it('of the catalogue come first, by their own names, as the configuration wants them', async () => {
    const { body } = await asAdmin('GET', '/tasks');
    const names = body.items.map(({ name }: Listed) => name);
    expect(names.slice(0, 3)).toEqual(['identify_expiring_deployed_certificates', 'report_celery_last_success_metrics', 'sync_source']);
    expect(names.slice(3).every((name: string) => name.includes('.'))).toBe(true);
    expect(body.items[0]).toMatchObject({ service: 'discovery', cron: '15 21 * * *', timeLimitMs: 60_000, isEnabled: true, nextRunAt: expect.stringMatching(/T21:15:00\.000Z$/) });
    expect(body.items[0].summary).toContain('Asks hosts');
    expect(body.items[1]).toMatchObject({ service: 'gateway', cron: null, isEnabled: false, nextRunAt: null });
    expect(body.items[2]).toMatchObject({ cron: null, isEnabled: true });
  });

  it('are listed of one service when asked', async () => {
    const { body } = await asAdmin('GET', '/tasks?service=gateway');
    expect([...new Set(body.items.map(({ service }: Listed) => service))]).toEqual(['gateway']);
    expect((await asAdmin('GET', '/tasks?service=nonsense')).status).toBe(400);
  });

  it.each(['gateway.prune-logins', 'issuer.housekeeping'])('run now on request, and the log says who asked: %s', async (name) => {
    const answer = await asAdmin('POST', `/tasks/${name}/run`);
    expect([answer.status, answer.body]).toEqual([200, { name }]);
    const [entry] = (await asAdmin('GET', `/audit?action=task.requested&objectId=${name}`)).body.items;
    expect(entry).toMatchObject({ actor: { name: 'admin@sifaka.internal' }, object: { type: 'task', id: name } });
    const last = async () => (await asAdmin('GET', '/tasks')).body.items.find((task: Listed) => task.name === name).lastSuccessAt;
    await waitUntil(async () => (await last()) !== null);
  });

  it('run with arguments, which the log keeps, and show their report', async () => {
    const answer = await asAdmin('POST', '/tasks/sync_source/run', { label: 'cloud' });
    expect([answer.status, answer.body]).toEqual([200, { name: 'sync_source' }]);
    await waitUntil(async () => (await listed('sync_source')).lastReport !== null);
    expect(ran.filter(([name]) => name === 'sync_source')).toEqual([['sync_source', { label: 'cloud' }, 'request']]);
    expect(await listed('sync_source')).toMatchObject({ lastReport: { certificates: 7 }, lastTrigger: 'request', isRunning: false });
    const [entry] = (await asAdmin('GET', '/audit?action=task.requested&objectId=sync_source')).body.items;
    expect(entry.details).toEqual({ label: 'cloud' });
  });

  it.each([
    ['identity_expiring_deployed_certificates', undefined],
    ['discovery.identify_expiring_deployed_certificates', { dryRun: 'true' }],
  ])('run by a former spelling, or with their service: %s', async (name, body) => {
    const before = ran.length;
    const answer = await asAdmin('POST', `/tasks/${name}/run`, body);
    expect([answer.status, answer.body]).toEqual([200, { name: 'identify_expiring_deployed_certificates' }]);
    await waitUntil(() => ran.length === before + 1);
    expect(ran.at(-1)).toEqual(['identify_expiring_deployed_certificates', body === undefined ? {} : { dryRun: true }, 'request']);
  });

  it.each([
    ['sync_source', undefined, 'label'],
    ['sync_source', { label: 'cloud', region: 'eu-west-1' }, 'region'],
    ['gateway.prune-logins', { dryRun: true }, 'dryRun'],
    ['sync_source', { label: 7 }, 'label'],
  ])('%s with %j is refused because of %s', async (name, body, argument) => {
    const answer = await asAdmin('POST', `/tasks/${name}/run`, body);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.reasons)).toEqual([argument]);
  });

  it('are measured by how long ago they succeeded', async () => {
    await asAdmin('POST', '/tasks/report_celery_last_success_metrics/run');
    const report = await waitUntil(async () => (await listed('report_celery_last_success_metrics')).lastReport);
    expect(report).toEqual({ measured: 1, neverSucceeded: [] });
    const text = await metricsText();
    expect(text).toMatch(/sifaka_task_time_since_last_success_seconds\{service="discovery",task="identify_expiring_deployed_certificates"\} \d+/);
    expect(text).toMatch(/identify_expiring_deployed_certificates[._]time_since_last_success \d+/);
  });

  it.each(['issuer.no-such-job', 'check_revoked', 'brew_coffee', 'gateway.no-such-job', 'nowhere.housekeeping', 'housekeeping', 'issuer.', `issuer.${'x'.repeat(80)}`])(
    'that are not there are 404: %s',
    async (name) => {
      expect((await asAdmin('POST', `/tasks/${name}/run`)).status).toBe(404);
    },
  );

  it('of a service that is away answer 503', async () => {
    expect((await asAdmin('POST', '/tasks/deploy.housekeeping/run')).status).toBe(503);
  });
});

describe('status', () => {
  it('shows who answers, and who is away', async () => {
    const { body } = await asAdmin('GET', '/status');
    const byName = Object.fromEntries(body.items.map((service: { name: string }) => [service.name, service]));
    expect(byName.gateway).toEqual({ name: 'gateway', isAvailable: true, version: expect.any(String), startedAt: expect.stringMatching(/Z$/) });
    expect(byName.issuer).toMatchObject({ isAvailable: true });
    expect(byName.deploy).toEqual({ name: 'deploy', isAvailable: false, version: null, startedAt: null });
    expect(body.total).toBe(7);
  });
});
