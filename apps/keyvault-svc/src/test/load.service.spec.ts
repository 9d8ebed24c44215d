import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeys } from '@sifaka/contracts';
import type { TestPlatform } from '@sifaka/testing';
import { aKey, aSignRequest, aVault, sign } from './a-vault.js';

let platform: TestPlatform;

beforeAll(async () => (platform = await aVault()), 60_000);
afterAll(() => platform.stop());

const rsaKeys = (count: number) =>
  platform.call('issuer', generateKeys, {
    keys: Array.from({ length: count }, () => ({ keyType: 'RSA4096', purpose: 'certificate' as const })),
  });

describe('sixteen RSA-4096 keys at once', () => {
  it('hold up neither the event loop, nor other keys and signatures, nor the end of the service', async () => {
    const authority = await aKey(platform, { purpose: 'authority' });
    const lag = monitorEventLoopDelay({ resolution: 5 });
    const asked = Promise.allSettled(Array.from({ length: 16 }, () => rsaKeys(1)));
    const stopAt = performance.now() + 5_000;
    lag.enable();
    const times: number[] = [];
    while (performance.now() < stopAt) {
      const startedAt = performance.now();
      const leaf = await aKey(platform);
      await sign(platform, aSignRequest(authority, { spki: leaf.spki }).request);
      times.push(performance.now() - startedAt);
    }
    lag.disable();
    expect(lag.percentile(99) / 1e6).toBeLessThan(50);
    expect(times.length).toBeGreaterThan(100);
    expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.5)]).toBeLessThan(50);

    const stoppedAt = performance.now();
    await platform.service('keyvault').stop();
    expect(performance.now() - stoppedAt).toBeLessThan(20_000);
    const outcomes = await asked;
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'unavailable' });
    await platform.restart('keyvault');
  }, 60_000);
});

describe('more RSA keys than can be made in time', () => {
  it('are refused at once, with the time after which to come back', async () => {
    const startedAt = performance.now();
    await expect(rsaKeys(200)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  }, 60_000);
});
