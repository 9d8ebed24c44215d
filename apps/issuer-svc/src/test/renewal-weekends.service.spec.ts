import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anAuthority, dns } from './an-issuer.js';
import { aRenewalWorld, day, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
beforeAll(async () => (world = await aRenewalWorld({ SIFAKA_ALLOW_WEEKEND_EXPIRATION: 'false' })));
afterAll(() => world.stop());

/** Lives of about so long that end on a working day. */
function lifeOf(aboutMs: number): number {
  const isWeekend = [0, 6].includes(new Date(Date.now() + aboutMs).getUTCDay());
  return isWeekend ? aboutMs + 2 * day : aboutMs;
}

describe('where no certificate may end at a weekend', () => {
  it('a line of renewals gives up two days at most, not two more each time', async () => {
    const lifeMs = lifeOf(160 * hour);
    const first = await world.issue(await anAuthority(world.platform), lifeMs, { extensions: dns('weekly.corp.test'), name: 'weekly' });
    await world.pass(0, 40 * day, 16 * hour);
    const line = await world.rows<{ lifeMs: number; weekday: number; isRenewed: boolean; isLast: boolean }>(
      `select extract(epoch from not_after - not_before)::int * 1000.0::double precision as "lifeMs", extract(dow from not_after at time zone 'UTC')::int as weekday
       from certificate where id >= $1 order by id`,
      [first.id],
    );
    expect(line.length).toBeGreaterThan(5);
    expect(line.filter(({ weekday }) => weekday === 0 || weekday === 6)).toEqual([]);
    expect(line.filter((certificate) => certificate.lifeMs < lifeMs - 2 * day || certificate.lifeMs > lifeMs)).toEqual([]);
    expect(line.at(-1)?.lifeMs).toBeGreaterThan(100 * hour);
  }, 120_000);
});
