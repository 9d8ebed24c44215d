import { afterAll, beforeAll, expect, it, describe } from '@jest/globals';
import { listRenewalWindows, runServiceJob } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { parseCertificate } from '@sifaka/pki';
import { waitUntil } from '@sifaka/testing';
import { FakeCa } from './fake-ca.js';
import { FakeDns } from './fake-dns.js';
import { OrderPlatform } from './order-platform.js';

const ca = new FakeCa();
let orders: OrderPlatform;

beforeAll(async () => {
  orders = await OrderPlatform.start(ca, new FakeDns());
}, 60_000);
afterAll(() => orders.stop());

const start = new Date('2026-12-01T00:00:00Z');
const end = new Date('2026-12-03T00:00:00Z');
const windowsOf = async (fingerprint: string) => (await orders.platform.call('issuer', listRenewalWindows, { fingerprints: [fingerprint] })).windows;
const checks = async () => (await orders.platform.database('acme').query<{ check_at: Date; failures: number }>('select check_at, failures from acme_renewal_window'))[0];
const poll = async () => {
  const before = ca.counts().renewalInfo ?? 0;
  await orders.platform.database('acme').query(`update acme_renewal_window set check_at = now() - interval '1 second'`);
  await orders.platform.call('gateway', runServiceJob.acme, { name: 'poll-renewal-windows' });
  await waitUntil(async () => (ca.counts().renewalInfo ?? 0) > before && ((await checks())?.check_at ?? 0) > new Date());
};
const hoursUntilNext = async () => (((await checks())?.check_at.getTime() ?? 0) - Date.now()) / 3_600_000;

describe('the renewal window of a certificate', () => {
  let fingerprint = '';
  let pending = 0;

  it('is asked for, kept and told', async () => {
    pending = await orders.request(['ari.test']);
    await orders.until(pending, 'issued');
    const { data } = await orders.hears('sifaka.v1.order.finalized', pending);
    fingerprint = parseCertificate(Buffer.from(String(Object(data).certificateDer), 'base64')).fingerprintSha256;
    expect(await windowsOf(fingerprint)).toEqual([]);
    ca.renewal = { windowStart: start, windowEnd: end, explanationUrl: 'https://ca.test/why', retryAfterMs: 2 * 3_600_000 };
    await poll();
    expect(await windowsOf(fingerprint)).toMatchObject([{ fingerprintSha256: fingerprint, windowStart: '2026-12-01T00:00:00+00:00', explanationUrl: 'https://ca.test/why' }]);
    expect((await orders.hears('sifaka.v1.renewal_window.changed', pending)).data).toMatchObject({ windowStart: start.toISOString(), windowEnd: end.toISOString() });
    expect(await hoursUntilNext()).toBeCloseTo(2, 1);
  });

  it('is told again when it changed, and only then', async () => {
    await poll();
    ca.renewal = { windowStart: new Date('2026-11-23T00:00:00Z'), windowEnd: end, explanationUrl: null, retryAfterMs: 1_000 };
    await poll();
    await waitUntil(() => orders.told('sifaka.v1.renewal_window.changed', pending).length === 2);
    expect(await hoursUntilNext()).toBeCloseTo(1, 1);
  });

  it('is kept while the CA does not answer', async () => {
    ca.before = () => {
      throw new AppError('upstream_timeout', 'ca.test did not answer');
    };
    await poll();
    expect(await windowsOf(fingerprint)).toHaveLength(1);
    expect(await checks()).toMatchObject({ failures: 1 });
  });
});
