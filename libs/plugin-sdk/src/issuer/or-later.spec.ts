import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { testContext } from '../conformance/test-context.js';
import { orLater, type PolledOutcome } from './or-later.js';

const later: PolledOutcome & { externalId: string } = { status: 'pending', settledBy: 'poll', externalId: 'order-7', until: new Date('2026-12-01T00:00:00Z'), retryAfterMs: 5_000 };

describe('what follows after a CA took an order', () => {
  it('is the outcome when it succeeds', async () => {
    const rejected = { status: 'rejected' as const, reason: 'declined' };
    expect(await orLater(testContext(), later, () => Promise.resolve(rejected))).toBe(rejected);
  });

  it.each([new AppError('permission_denied', 'no'), new AppError('failed_precondition', 'not found'), new TypeError('a bug')])('is a pending order whatever goes wrong: %s', async (fault) => {
    expect(await orLater(testContext(), later, () => Promise.reject(fault))).toEqual(later);
  });

  it('is asked again when the CA says', async () => {
    const fault = new AppError('rate_limited', 'slower', { retryAfterMs: 60_000 });
    expect(await orLater(testContext(), later, () => Promise.reject(fault))).toEqual({ ...later, retryAfterMs: 60_000 });
  });
});
