import { describe, expect, it } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { AccessToken } from './access-token.js';

function tokenOf({ lifeSeconds = 3_600, secrets = [] as string[] } = {}) {
  const clock = fixedClock(new Date('2026-11-21T10:00:00Z'));
  let granted = 0;
  const token = new AccessToken({ clock, secrets, grant: async () => ({ token: `token-${++granted}`, expiresInSeconds: lifeSeconds }) });
  return { clock, token, secrets, used: () => token.with(async (text) => ({ status: 200, text })).then(({ text }) => text) };
}

describe('an access token', () => {
  it('is asked for once by callers that come at once, and again shortly before its end', async () => {
    const { clock, used } = tokenOf();
    expect(await Promise.all([used(), used(), used()])).toEqual(['token-1', 'token-1', 'token-1']);
    clock.advance(3_539_000);
    expect(await used()).toBe('token-1');
    clock.advance(1_000);
    expect(await used()).toBe('token-2');
  });

  it('is used for half of a life that is short', async () => {
    const { clock, used } = tokenOf({ lifeSeconds: 30 });
    await used();
    clock.advance(14_000);
    expect(await used()).toBe('token-1');
    clock.advance(1_000);
    expect(await used()).toBe('token-2');
  });

  it('is asked for again, once, when it is refused', async () => {
    const { token } = tokenOf();
    const tried: string[] = [];
    const answer = await token.with(async (text) => {
      tried.push(text);
      return { status: 401 };
    });
    expect([answer, tried]).toEqual([{ status: 401 }, ['token-1', 'token-2']]);
  });

  it('is asked for again after the question failed', async () => {
    let isAway = true;
    const token = new AccessToken({ clock: fixedClock(new Date(0)), grant: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve({ token: 'x', expiresInSeconds: 60 })) });
    await expect(token.with(async () => ({ status: 200 }))).rejects.toThrow('away');
    isAway = false;
    expect(await token.with(async (text) => ({ status: 200, text }))).toEqual({ status: 200, text: 'x' });
  });

  it('is kept out of messages for as long as it may come up in them', async () => {
    const { clock, used, secrets } = tokenOf({ secrets: ['password'] });
    for (let round = 0; round < 20; round++) {
      await used();
      clock.advance(3_600_000);
    }
    expect(secrets).toEqual(['password', ...Array.from({ length: 8 }, (_each, index) => `token-${index + 13}`)]);
  });
});
