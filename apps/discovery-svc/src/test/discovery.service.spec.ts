import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportKey, listServicePlugins, runServiceJob, serviceNames, serviceStatus } from '@sifaka/contracts';
import { startService } from '@sifaka/runtime';
import { testPlatform, waitUntil, type TestPlatform } from '@sifaka/testing';
import { discoveryService } from '../discovery.service.js';
import { discoveryPlugins } from '../plugins.js';

let platform: TestPlatform;

beforeAll(async () => (platform = await testPlatform({ services: [discoveryService] })), 60_000);
afterAll(() => platform.stop());

describe('discovery-svc', () => {
  it('is ready when its database and the bus are there', async () => {
    expect(await platform.service('discovery').readiness()).toEqual({ isReady: true, checks: { database: 'ok', nats: 'ok' } });
  });

  it('tells the gateway what it is and what it does in the background', async () => {
    const status = await platform.call('gateway', serviceStatus.discovery, {});
    expect(status).toMatchObject({ service: 'discovery', version: expect.stringMatching(/^\d+\.\d+\.\d+/), startedAt: expect.any(String) });
    expect(status.jobs.map(({ name, nextRunAt }) => ({ name, isPlanned: nextRunAt !== null }))).toContainEqual({
      name: 'housekeeping',
      isPlanned: true,
    });
  });

  it('runs a job when the gateway says so, and says when it ran', async () => {
    expect(await platform.call('gateway', runServiceJob.discovery, { name: 'housekeeping' })).toEqual({
      name: 'housekeeping',
    });
    const job = await waitUntil(async () => {
      const { jobs } = await platform.call('gateway', serviceStatus.discovery, {});
      return jobs.find(({ name, lastSuccessAt }) => name === 'housekeeping' && lastSuccessAt !== null);
    });
    expect(job.lastError).toBeNull();
    await expect(platform.call('gateway', runServiceJob.discovery, { name: 'no-such-job' })).rejects.toMatchObject({
      code: 'not_found',
      message: 'there is no job "no-such-job"',
    });
  });

  it('lists the plugins it hosts', async () => {
    const { plugins } = await platform.call('gateway', listServicePlugins.discovery, {});
    expect(plugins.map(({ slug }) => slug)).toEqual(discoveryPlugins.map(({ slug }) => slug));
  });

  it('answers nobody but the gateway', async () => {
    for (const service of serviceNames.filter((name) => name !== 'gateway')) {
      await expect(platform.call(service, serviceStatus.discovery, {})).rejects.toMatchObject({ code: 'permission_denied' });
      await expect(platform.call(service, runServiceJob.discovery, { name: 'housekeeping' })).rejects.toMatchObject({
        code: 'permission_denied',
      });
    }
  });

  it('sees its own schema and no other', async () => {
    const sql = platform.database('discovery');
    expect(await sql.query('select count(*)::int as count from outbox')).toHaveLength(1);
    for (const schema of ['keyvault', 'issuer', 'gateway', 'notify']) {
      await expect(sql.query(`create table ${schema}.mine (id int)`)).rejects.toThrow(/permission denied for schema/);
    }
  });

  it('cannot ask for a private key', async () => {
    const asked = platform.call('discovery', exportKey, {
      keyId: '6f1f5c1e-6b7e-4c60-8f5e-0d3f6f6f6f6f',
      reason: 'export',
      objectName: 'x',
    });
    await expect(asked).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('does not start without a database, and says which setting names it', async () => {
    const env = { ...platform.environmentOf('discovery'), DATABASE_URL: undefined };
    await expect(startService(discoveryService, { env })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });
});
