import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { generateRsa, type KeyMaterial } from './key-material.js';
import { RsaGenerator } from './rsa-generator.js';

/** A generator whose keys are made when the test says so; the number in a key tells the order in which it was begun. */
function aGenerator(config: { rsaConcurrency?: number; rsaReserve?: number } = {}) {
  const begun: { bits: number; end: (error?: Error) => void }[] = [];
  const make = (bits: number) =>
    new Promise<KeyMaterial>((resolve, reject) => {
      const number = begun.length;
      const key = { pkcs8: Buffer.of(number), spki: Buffer.of(number), privateKey: null };
      begun.push({ bits, end: (error) => (error === undefined ? resolve(key) : reject(error)) });
    });
  return { begun, generator: new RsaGenerator(make, { rsaConcurrency: 1, rsaReserve: 0, ...config }) };
}

const patient = () => new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const codeOf = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === 'fulfilled' ? 'made' : (outcome.reason as { code: string }).code;

/** Ends keys as they are begun until everything asked is settled. */
async function finish<T>({ begun }: ReturnType<typeof aGenerator>, asked: Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const state = { isSettled: false };
  const settled = Promise.allSettled(asked).finally(() => (state.isSettled = true));
  for (let next = 0; !state.isSettled; await turn()) if (begun[next] !== undefined) begun[next++]!.end();
  return settled;
}

describe('RSA generator', () => {
  it('makes keys with the exponent 65537', async () => {
    const { pkcs8 } = await generateRsa(2_048);
    expect(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).asymmetricKeyDetails).toEqual({
      modulusLength: 2_048,
      publicExponent: 65_537n,
    });
  }, 30_000);

  it('makes as many at a time as it may, in the order asked', async () => {
    const made = aGenerator({ rsaConcurrency: 2 });
    const asked = [2_048, 3_072, 4_096].map((bits) => made.generator.generate(bits, patient()));
    expect(made.begun.map(({ bits }) => bits)).toEqual([2_048, 3_072]);
    made.begun[1]!.end();
    await asked[1];
    await turn();
    expect(made.begun.map(({ bits }) => bits)).toEqual([2_048, 3_072, 4_096]);
    expect((await finish(made, asked)).map(codeOf)).toEqual(['made', 'made', 'made']);
  });

  it('refuses more than it can make while callers wait, and says when to come back', async () => {
    const made = aGenerator();
    const asked = Array.from({ length: 30 }, () => made.generator.generate(4_096, patient()));
    const outcomes = await finish(made, asked);
    // 25 s of work at 1.28 s each.
    expect(outcomes.map(codeOf)).toEqual([...Array<string>(19).fill('made'), ...Array<string>(11).fill('rate_limited')]);
    expect((outcomes[29] as PromiseRejectedResult).reason).toMatchObject({ retryAfterMs: expect.any(Number) });
    expect((await finish(made, [made.generator.generate(4_096, patient())])).map(codeOf)).toEqual(['made']);
  });

  it('refuses at once what would come after its caller is gone', async () => {
    const made = aGenerator();
    const asked = Array.from({ length: 5 }, () => made.generator.generate(4_096, patient(), 4_000));
    const outcomes = await finish(made, asked);
    // 4 s of work at 1.28 s each.
    expect(outcomes.map(codeOf)).toEqual(['made', 'made', 'made', 'rate_limited', 'rate_limited']);
  });

  it('does not begin a key that nobody waits for any more', async () => {
    const made = aGenerator();
    const abort = new AbortController();
    const asked = [
      made.generator.generate(2_048, patient()),
      made.generator.generate(3_072, abort.signal),
      made.generator.generate(4_096, patient()),
    ];
    abort.abort();
    expect((await finish(made, asked)).map(codeOf)).toEqual(['made', 'unavailable', 'made']);
    expect(made.begun.map(({ bits }) => bits)).toEqual([2_048, 4_096]);
  });

  it('goes on after a key that could not be made', async () => {
    const made = aGenerator();
    const asked = [made.generator.generate(2_048, patient()), made.generator.generate(2_048, patient())];
    made.begun[0]!.end(new Error('no randomness'));
    await expect(asked[0]).rejects.toThrow('no randomness');
    await turn();
    made.begun[1]!.end();
    await expect(asked[1]).resolves.toBeDefined();
  });

  it('keeps, when the service stops, what can be made in time and gives up the rest', async () => {
    const made = aGenerator();
    const asked = Array.from({ length: 8 }, () => made.generator.generate(4_096, patient()));
    made.generator.stop();
    // Five seconds: the one that was begun, and two more.
    expect((await finish(made, asked)).map(codeOf)).toEqual([...Array<string>(3).fill('made'), ...Array<string>(5).fill('unavailable')]);
  });

  it('hands out keys made ahead at once and makes others in their place', async () => {
    const { generator, begun } = aGenerator({ rsaReserve: 1 });
    generator.onApplicationBootstrap();
    begun[0]!.end();
    await turn();
    expect((await generator.generate(2_048, patient())).pkcs8[0]).toBe(0);
    await turn();
    expect(begun).toHaveLength(2);
    begun[1]!.end();
    await turn();
    expect((await generator.generate(2_048, patient())).pkcs8[0]).toBe(1);
    generator.stop();
    begun[2]!.end();
    await turn();
    expect(begun).toHaveLength(3);
  });
});
