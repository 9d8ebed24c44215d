import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { getPendingCertificate, runServiceJob, serviceStatus, type TaskArguments } from '@sifaka/contracts';
import { waitUntil } from '@sifaka/testing';
import { aPendingWorld, type PendingWorld } from './a-pending-world.js';
import { admin } from './an-issuer.js';
import { later } from './an-outside-ca.js';

jest.setTimeout(60_000);

let world: PendingWorld;
beforeAll(async () => {
  world = await aPendingWorld();
  world.ca.create = () => Promise.resolve(later());
});
afterAll(() => world.stop());

const run = (name: string, args: TaskArguments = {}) => world.platform.call('gateway', runServiceJob.issuer, { name, arguments: args }, { principal: admin });
const task = async (name: string) => (await world.platform.call('gateway', serviceStatus.issuer, {}, { principal: admin })).jobs.find((job) => job.name === name);

describe('fetch_acme_cert', () => {
  it('asks about one pending certificate now, and reports of it', async () => {
    const { id, name } = await world.pend('poll');
    await run('fetch_acme_cert', { id });
    const report = await waitUntil(async () => (await task('fetch_acme_cert'))?.lastReport);
    expect(report).toEqual({ id, name, state: 'waiting', isAsked: true, certificateId: null });
    await waitUntil(async () => (await world.platform.call('gateway', getPendingCertificate, { id }, { principal: admin })).numberAttempts > 0);
  });

  it('fails for one that is not there', async () => {
    await run('fetch_acme_cert', { id: 999_999 });
    await waitUntil(async () => (await task('fetch_acme_cert'))?.lastError?.startsWith('not_found'));
  });

  it('needs an id, and takes nothing else', async () => {
    await expect(run('fetch_acme_cert')).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'id' }] });
    await expect(run('fetch_acme_cert', { id: 1, label: 'x' })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'label' }] });
  });
});

describe('fetch_all_pending_acme_certs', () => {
  it('runs when asked, also when its schedule is switched off, and reports counts', async () => {
    await run('fetch_all_pending_acme_certs');
    const status = await waitUntil(async () => {
      const found = await task('fetch_all_pending_acme_certs');
      return found?.lastTrigger === 'request' && found.lastReport !== null ? found : undefined;
    });
    expect(status).toMatchObject({ cron: null, nextRunAt: null, isEnabled: false, timeLimitMs: 55_000, summary: 'Asks about pending certificates that nobody asked about in time' });
    expect(status.lastReport).toEqual({ asked: expect.any(Number), givenUp: 0, orderedAgain: 0, watched: 0 });
  });
});
