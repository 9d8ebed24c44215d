import { hash as hashArgon2 } from '@node-rs/argon2';
import { hash as hashBcrypt } from '@node-rs/bcrypt';
import { describe, expect, it } from '@jest/globals';
import { LimitedConcurrency } from './limited-concurrency.js';
import { PasswordHasher } from './password-hasher.js';

const hasher = new PasswordHasher();

describe('PasswordHasher', () => {
  it('writes Argon2id with the parameters of OWASP', async () => {
    const stored = await hasher.hash('correct horse');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(hasher.isOutdated(stored)).toBe(false);
    expect(await hasher.verify('correct horse', stored)).toBe(true);
    expect(await hasher.verify('correct horse ', stored)).toBe(false);
  });

  it('hashes a password that looks like a bcrypt hash as it hashes any other', async () => {
    const lookalike = await hashBcrypt('x', { cost: 4 });
    const stored = await hasher.hash(lookalike);
    expect(stored).not.toBe(lookalike);
    expect(await hasher.verify(lookalike, stored)).toBe(true);
    expect(await hasher.verify('x', stored)).toBe(false);
  });

  it.each(['2a', '2b', '2y'] as const)('verifies a bcrypt hash of prefix %s and asks to renew it', async (version) => {
    const stored = await hashBcrypt('correct horse', { cost: 4, version });
    expect(await hasher.verify('correct horse', stored)).toBe(true);
    expect(await hasher.verify('wrong', stored)).toBe(false);
    expect(hasher.isOutdated(stored)).toBe(true);
  });

  it('asks to renew an Argon2 hash of weaker parameters', async () => {
    const stored = await hashArgon2('x', { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    expect(hasher.isOutdated(stored)).toBe(true);
  });

  it.each([null, '', '$argon2id$broken', '$2b$broken', 'plain'])('lets nobody in with the stored hash %p', async (stored) => {
    expect(await hasher.verify('plain', stored)).toBe(false);
  });
});

describe('LimitedConcurrency', () => {
  it('runs as many as it may, queues the next, refuses the rest', async () => {
    const limited = new LimitedConcurrency({ running: 1, waiting: 1, what: 'tasks' });
    let finish: () => void = () => undefined;
    const first = limited.run(() => new Promise<void>((resolve) => void (finish = resolve)));
    const second = limited.run(async () => 'second');
    await expect(limited.run(async () => 'third')).rejects.toMatchObject({ code: 'rate_limited' });
    finish();
    await first;
    expect(await second).toBe('second');
    expect(await limited.run(async () => 'fourth')).toBe('fourth');
  });

  it('gives the place on when a task fails', async () => {
    const limited = new LimitedConcurrency({ running: 1, waiting: 0, what: 'tasks' });
    await expect(limited.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limited.run(async () => 'next')).toBe('next');
  });
});
