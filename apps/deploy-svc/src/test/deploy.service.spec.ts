import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportKey, listServicePlugins, runServiceJob, serviceNames, serviceStatus } from '@sifaka/contracts';
import { startService } from '@sifaka/runtime';
import { testPlatform, waitUntil, type TestPlatform } from '@sifaka/testing';
import { deployService } from '../deploy.service.js';
import { deployPlugins, fileFormats } from '../plugins.js';

let platform: TestPlatform;

beforeAll(async () => (platform = await testPlatform({ services: [deployService] })), 60_000);
afterAll(() => platform.stop());

describe('deploy-svc', () => {
  it('is ready when its database and the bus are there', async () => {
    expect(await platform.service('deploy').readiness()).toEqual({ isReady: true, checks: { database: 'ok', nats: 'ok' } });
  });

  it('tells the gateway what it is and what it does in the background', async () => {
    const status = await platform.call('gateway', serviceStatus.deploy, {});
    expect(status).toMatchObject({ service: 'deploy', version: expect.stringMatching(/^\d+\.\d+\.\d+/), startedAt: expect.any(String) });
    expect(status.jobs.map(({ name, nextRunAt }) => ({ name, isPlanned: nextRunAt !== null }))).toContainEqual({
      name: 'housekeeping',
      isPlanned: true,
    });
  });

  it('runs a job when the gateway says so, and says when it ran', async () => {
    expect(await platform.call('gateway', runServiceJob.deploy, { name: 'housekeeping' })).toEqual({ name: 'housekeeping' });
    const job = await waitUntil(async () => {
      const { jobs } = await platform.call('gateway', serviceStatus.deploy, {});
      return jobs.find(({ name, lastSuccessAt }) => name === 'housekeeping' && lastSuccessAt !== null);
    });
    expect(job.lastError).toBeNull();
    await expect(platform.call('gateway', runServiceJob.deploy, { name: 'no-such-job' })).rejects.toMatchObject({
      code: 'not_found',
      message: 'there is no job "no-such-job"',
    });
  });

  it('lists the plugins it hosts', async () => {
    const { plugins } = await platform.call('gateway', listServicePlugins.deploy, {});
    expect(plugins.map(({ slug }) => slug)).toEqual([...deployPlugins, ...fileFormats].map(({ slug }) => slug));
  });

  it('answers nobody but the gateway', async () => {
    for (const service of serviceNames.filter((name) => name !== 'gateway')) {
      await expect(platform.call(service, serviceStatus.deploy, {})).rejects.toMatchObject({ code: 'permission_denied' });
      await expect(platform.call(service, runServiceJob.deploy, { name: 'housekeeping' })).rejects.toMatchObject({
        code: 'permission_denied',
      });
    }
  });

  it('sees its own schema and no other', async () => {
    const sql = platform.database('deploy');
    expect(await sql.query('select count(*)::int as count from outbox')).toHaveLength(1);
    for (const schema of ['keyvault', 'issuer', 'gateway', 'notify']) {
      await expect(sql.query(`create table ${schema}.mine (id int)`)).rejects.toThrow(/permission denied for schema/);
    }
  });

  it('may ask for a private key, and is told at once when the key vault is not there', async () => {
    const asked = platform.call('deploy', exportKey, {
      keyId: '6f1f5c1e-6b7e-4c60-8f5e-0d3f6f6f6f6f',
      reason: 'deployment',
      objectName: 'x',
    });
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('does not start without a database, and says which setting names it', async () => {
    const env = { ...platform.environmentOf('deploy'), DATABASE_URL: undefined };
    await expect(startService(deployService, { env })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });
});
