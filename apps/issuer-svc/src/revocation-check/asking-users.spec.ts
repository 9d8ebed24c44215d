import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@sifaka/contracts';
import { AskingUsers } from './asking-users.js';

const user = (userId: number) => ({ kind: 'user', userId }) as Principal;
const itself: Principal = { kind: 'system', service: 'issuer' };

describe('questions that somebody waits for', () => {
  it('are one at a time for each user, and as many as there are places', async () => {
    const asking = new AskingUsers(3);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = asking.inTurn(user(1), () => gate);
    await expect(asking.inTurn(user(1), () => Promise.resolve())).rejects.toMatchObject({ code: 'rate_limited', reason: 'revocation.one_at_a_time', retryAfterMs: 1_000 });
    const others = [asking.inTurn(user(2), () => gate), asking.inTurn(itself, () => gate)];
    await expect(asking.inTurn(itself, () => Promise.resolve())).rejects.toMatchObject({ code: 'unavailable', reason: 'revocation.busy' });
    open();
    await Promise.all([first, ...others]);
    expect(await asking.inTurn(user(1), () => Promise.resolve('answer'))).toBe('answer');
  });

  it('are over when they fail', async () => {
    const asking = new AskingUsers(1);
    await expect(asking.inTurn(user(1), () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    expect(await asking.inTurn(user(1), () => Promise.resolve('answer'))).toBe('answer');
  });
});
