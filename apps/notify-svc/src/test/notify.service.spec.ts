import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportKey, listServicePlugins, runServiceJob, serviceNames, serviceStatus } from '@sifaka/contracts';
import { startService } from '@sifaka/runtime';
import { testPlatform, waitUntil, type TestPlatform } from '@sifaka/testing';
import { notifyService } from '../notify.service.js';
import { notifyPlugins } from '../plugins.js';

let platform: TestPlatform;

beforeAll(async () => (platform = await testPlatform({ services: [notifyService] })), 60_000);
afterAll(() => platform.stop());

describe('notify-svc', () => {
  it('is ready when its database and the bus are there', async () => {
    expect(await platform.service('notify').readiness()).toEqual({ isReady: true, checks: { database: 'ok', nats: 'ok' } });
  });

  it('tells the gateway what it is and what it does in the background', async () => {
    const status = await platform.call('gateway', serviceStatus.notify, {});
    expect(status).toMatchObject({ service: 'notify', version: expect.stringMatching(/^\d+\.\d+\.\d+/), startedAt: expect.any(String) });
    expect(status.jobs.map(({ name, nextRunAt }) => ({ name, isPlanned: nextRunAt !== null }))).toContainEqual({
      name: 'housekeeping',
      isPlanned: true,
    });
  });

  it('runs a job when the gateway says so, and says when it ran', async () => {
    expect(await platform.call('gateway', runServiceJob.notify, { name: 'housekeeping' })).toEqual({ name: 'housekeeping' });
    const job = await waitUntil(async () => {
      const { jobs } = await platform.call('gateway', serviceStatus.notify, {});
      return jobs.find(({ name, lastSuccessAt }) => name === 'housekeeping' && lastSuccessAt !== null);
    });
    expect(job.lastError).toBeNull();
    await expect(platform.call('gateway', runServiceJob.notify, { name: 'no-such-job' })).rejects.toMatchObject({
      code: 'not_found',
      message: 'there is no job "no-such-job"',
    });
  });

  it('lists the plugins it hosts', async () => {
    const { plugins } = await platform.call('gateway', listServicePlugins.notify, {});
    expect(plugins.map(({ slug }) => slug)).toEqual(notifyPlugins.map(({ slug }) => slug));
  });

  it('answers nobody but the gateway', async () => {
    for (const service of serviceNames.filter((name) => name !== 'gateway')) {
      await expect(platform.call(service, serviceStatus.notify, {})).rejects.toMatchObject({ code: 'permission_denied' });
      await expect(platform.call(service, runServiceJob.notify, { name: 'housekeeping' })).rejects.toMatchObject({
        code: 'permission_denied',
      });
    }
  });

  it('sees its own schema and no other', async () => {
    const sql = platform.database('notify');
    expect(await sql.query('select count(*)::int as count from outbox')).toHaveLength(1);
    for (const schema of ['keyvault', 'issuer', 'gateway', 'deploy']) {
      await expect(sql.query(`create table ${schema}.mine (id int)`)).rejects.toThrow(/permission denied for schema/);
    }
  });

  it('cannot ask for a private key', async () => {
    const asked = platform.call('notify', exportKey, { keyId: '6f1f5c1e-6b7e-4c60-8f5e-0d3f6f6f6f6f', reason: 'export', objectName: 'x' });
    await expect(asked).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('does not start without a database, and says which setting names it', async () => {
    const env = { ...platform.environmentOf('notify'), DATABASE_URL: undefined };
    await expect(startService(notifyService, { env })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });

  it.each([
    ['slack-notification', /webhook: give a webhook, or token and channel/],
    ['aws-sns', /accountNumber: required, but not given; .*topicName/],
    ['webhook-notification', /url: required, but not given/],
  ])('does not start with a default plugin that needs more than recipients, as %s does, and says what', async (slug, why) => {
    const env = { ...platform.environmentOf('notify'), LEMUR_DEFAULT_NOTIFICATION_PLUGIN: slug };
    const fault: unknown = await startService(notifyService, { env }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', reason: 'config.invalid', message: expect.stringMatching(why) });
    expect(fault).toMatchObject({ message: expect.stringContaining(`SIFAKA_DEFAULT_NOTIFICATION_PLUGIN: "${slug}" cannot be the plugin of default messages`) });
  });

  it('does not start with a default plugin that nobody has, and says which there are', async () => {
    const env = { ...platform.environmentOf('notify'), LEMUR_DEFAULT_NOTIFICATION_PLUGIN: 'pigeon-notification' };
    await expect(startService(notifyService, { env })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/there is no notification plugin "pigeon-notification"; there are email-notification, /),
    });
  });
});
