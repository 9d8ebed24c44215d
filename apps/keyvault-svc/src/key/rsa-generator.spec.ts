import { createPrivateKey } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import { RsaGenerator } from './rsa-generator.js';

const aGenerator = (config: { rsaConcurrency?: number; rsaReserve?: number } = {}) =>
  new RsaGenerator({ rsaConcurrency: 1, rsaReserve: 0, ...config });
const patient = () => new AbortController().signal;

describe('RSA generator', () => {
  it('makes keys with the exponent 65537', async () => {
    const { pkcs8 } = await aGenerator().generate(2_048, patient());
    expect(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).asymmetricKeyDetails).toEqual({
      modulusLength: 2_048,
      publicExponent: 65_537n,
    });
  });

  it('refuses more than it can make while callers wait, and says when to come back', async () => {
    const generator = aGenerator();
    const abort = new AbortController();
    const asked = Array.from({ length: 30 }, () => generator.generate(4_096, abort.signal));
    abort.abort();
    const outcomes = await Promise.allSettled(asked);
    const codes = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'made' : (outcome.reason as { code: string }).code));
    // 25 s of work at 1.28 s each; the first was begun before its caller gave up.
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(11);
    expect(codes.filter((code) => code === 'unavailable')).toHaveLength(18);
    expect(codes[0]).toBe('made');
    expect((outcomes[29] as PromiseRejectedResult).reason).toMatchObject({ retryAfterMs: expect.any(Number) });
    await expect(generator.generate(2_048, patient())).resolves.toBeDefined();
  }, 30_000);

  it('leaves the event loop alone while sixteen RSA-4096 keys are asked for', async () => {
    const generator = aGenerator();
    const abort = new AbortController();
    const lag = monitorEventLoopDelay({ resolution: 5 });
    lag.enable();
    const asked = Array.from({ length: 16 }, () => generator.generate(4_096, abort.signal));
    await asked[0];
    await asked[1];
    abort.abort();
    await Promise.allSettled(asked);
    lag.disable();
    expect(lag.percentile(99) / 1e6).toBeLessThan(50);
  }, 60_000);

  it('hands out keys made ahead at once and makes others in their place', async () => {
    const generator = aGenerator({ rsaReserve: 1 });
    const first = await generator.generate(2_048, patient());
    await generator.generate(2_048, patient());
    const third = await generator.generate(2_048, patient());
    expect(third.pkcs8.equals(first.pkcs8)).toBe(false);
    generator.onApplicationShutdown();
  }, 20_000);
});
