import { certificateBody, createTwoTierPki, expectOk, Platform } from '@sifaka/e2e';
import type { Bench, BenchRow, Ceiling } from './bench-row.js';
import { insertsPerSecond, keysAndSignaturesPerSecond } from './ceilings.js';
import { applyLoad } from './load.js';

const concurrency = 32;
const warmUpSeconds = 5;
const fullSpeedSeconds = 15;
const steadyRate = 100;
const steadySeconds = 15;

/** POST /certificates with a P-256 key made and kept by the platform: at full speed, and at a steady 100 a second for its latency. */
export const issue: Bench = async (log) => {
  const platform = await Platform.start();
  try {
    const { username, password } = platform.administrator;
    const { token } = expectOk(await platform.anonymous.post('/auth/login', { username, password }));
    const { issuing } = await createTwoTierPki(platform.anonymous.as(token));
    let count = 0;
    const body = () => certificateBody({ authority: { id: issuing.id }, commonName: `host-${(count += 1)}.bench.test` });
    const load = { operation: 'issue P-256', method: 'POST', path: '/api/1/certificates', token, body, connections: concurrency };

    log(`warming up for ${warmUpSeconds} s`);
    await applyLoad(platform, { ...load, seconds: warmUpSeconds });
    log(`full speed for ${fullSpeedSeconds} s`);
    const fast = await applyLoad(platform, { ...load, seconds: fullSpeedSeconds });
    log(`${steadyRate} a second for ${steadySeconds} s`);
    const steady = await applyLoad(platform, {
      ...load,
      operation: `issue P-256 at ${steadyRate}/s`,
      rate: steadyRate,
      seconds: steadySeconds,
    });
    log('raw ceilings');
    const ceilings = await rawCeilings(platform);
    return [fast, steady].map((row): BenchRow => ({
      ...row,
      ceilings: ceilings.map((ceiling) => ({ ...ceiling, ratio: row.perSecond / ceiling.perSecond })),
    }));
  } finally {
    await platform.dispose();
  }
};

async function rawCeilings(platform: Platform): Promise<Omit<Ceiling, 'ratio'>[]> {
  return [
    { operation: 'P-256 key and signature, one core', perSecond: keysAndSignaturesPerSecond() },
    { operation: 'single-row inserts, same Postgres', perSecond: await insertsPerSecond(platform.databaseUrl()) },
  ];
}
