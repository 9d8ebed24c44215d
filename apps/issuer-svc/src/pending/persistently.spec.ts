import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { persistently } from './persistently.js';

/** Work that fails so often before it succeeds. */
function failing(times: number, error: Error) {
  const asked = { times: 0 };
  const work = () => ((asked.times += 1) <= times ? Promise.reject(error) : Promise.resolve('done'));
  return { asked, work };
}

describe('work that must not be lost', () => {
  it('is done again while the platform is away', async () => {
    const { asked, work } = failing(3, new AppError('unavailable', 'the database cannot be reached'));
    expect(await persistently(work, 1)).toBe('done');
    expect(asked.times).toBe(4);
  });

  it('is given up after eight attempts', async () => {
    const { asked, work } = failing(100, new AppError('unavailable', 'the database cannot be reached'));
    await expect(persistently(work, 1)).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked.times).toBe(8);
  });

  it('is not done again when that cannot help', async () => {
    const { asked, work } = failing(100, new AppError('upstream_failed', 'wrong certificate'));
    await expect(persistently(work, 1)).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(asked.times).toBe(1);
  });
});
