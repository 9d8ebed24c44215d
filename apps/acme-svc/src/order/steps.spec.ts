import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { anOrder, now } from '../test/order/builders.js';
import { canBeRetried, judge } from './judge.js';
import { failure, failureOf } from './steps.js';

const circumstances = { now, random: 0.5, retryMs: 10_000 };
const secondsUntil = (date: Date | null | undefined) => (date === null || date === undefined ? null : (date.getTime() - now.getTime()) / 1_000);
const strike = { text: 'no', verdict: 'strike', retryAfterMs: null, isOver: false } as const;

describe('a failure of an order', () => {
  it('counts four times, with pauses that grow, and then ends it', () => {
    const pauses = [0, 1, 2].map((strikes) => secondsUntil(failureOf(anOrder({ strikes, attempts: strikes }), strike, circumstances).order?.nextTryAt));
    expect(pauses).toEqual([10, 60, 360]);
    const end = failureOf(anOrder({ strikes: 3, attempts: 7 }), strike, circumstances);
    expect(end.order).toMatchObject({ state: 'failed', attempts: 8, lastError: 'no', endedAt: now });
    expect(end.events?.map(({ subject, envelope }) => [subject, Object(envelope.data).error])).toEqual([['sifaka.v1.order.failed', 'no']]);
  });

  it('of others never ends it, and is waited out longer and longer, at least as long as asked', () => {
    const error = new AppError('upstream_timeout', 'no answer');
    const pauses = [0, 1, 5, 30].map((faults) => secondsUntil(failure(anOrder({ faults, strikes: 3 }), error, '', circumstances).order?.nextTryAt));
    expect(pauses).toEqual([2, 4, 64, 900]);
    const asked = failure(anOrder(), new AppError('rate_limited', 'too many', { retryAfterMs: 3_600_000 }), '', circumstances);
    expect(secondsUntil(asked.order?.nextTryAt)).toBeGreaterThanOrEqual(3_600);
    expect(asked.order?.strikes).toBeUndefined();
  });

  it('asks for another order at the CA when the one there is over', () => {
    const step = failureOf(anOrder({ state: 'authorizing', orderUrl: 'https://ca.test/1' }), { ...strike, isOver: true }, circumstances);
    expect(step.order).toMatchObject({ state: 'requested', round: 2, orderUrl: null, askedAt: null, strikes: 1 });
  });

  it('is none when the CA asked everybody to pause', () => {
    const step = failure(anOrder(), new AppError('rate_limited', 'pause', { reason: 'acme.paused', retryAfterMs: 5_000 }), '', circumstances);
    expect(Object.keys(step.order ?? {})).toEqual(['nextTryAt']);
    expect(secondsUntil(step.order?.nextTryAt)).toBeGreaterThanOrEqual(5);
  });

  it('does not show what nobody foresaw', () => {
    const step = failure(anOrder(), new Error('password is 1234'), ' (order x)', circumstances);
    expect(step.order).toMatchObject({ lastError: 'internal error (order x)', strikes: 1 });
  });

  it('comes back at different times for different orders', () => {
    const at = (random: number) => secondsUntil(failureOf(anOrder(), strike, { ...circumstances, random }).order?.nextTryAt);
    expect([at(0), at(1)]).toEqual([7.5, 12.5]);
  });
});

describe('the judgement of an error', () => {
  it.each([
    ['fatal', new AppError('failed_precondition', 'x', { reason: 'acme.rejectedIdentifier' })],
    ['fatal', new AppError('failed_precondition', 'x', { reason: 'acme.badCSR' })],
    ['strike', new AppError('failed_precondition', 'x', { reason: 'dns.no_provider' })],
    // Boulder's 404s.
    ['strike', new AppError('not_found', 'x', { reason: 'acme.malformed' })],
    ['strike', new AppError('not_found', 'x')],
    // What an administrator can mend.
    ['fault', new AppError('failed_precondition', 'x', { reason: 'acme.no_account' })],
    ['fault', new AppError('failed_precondition', 'x', { reason: 'outbound.refused' })],
    ['fault', new AppError('permission_denied', 'x')],
    ['strike', new Error('x')],
    ['fault', new AppError('upstream_failed', 'x', { reason: 'acme.serverInternal' })],
    ['fault', new AppError('unavailable', 'x')],
    ['fault', new AppError('rate_limited', 'x', { reason: 'acme.rateLimited' })],
    ['pause', new AppError('rate_limited', 'x', { reason: 'acme.paused' })],
  ] as const)('is %s for %s', (verdict, error) => {
    expect(judge(error)).toBe(verdict);
  });

  it('of a validation depends on the type of the problem, and of its parts', () => {
    const problem = (type: string, ...parts: string[]) => ({ type: `urn:ietf:params:acme:error:${type}`, detail: '', subproblems: parts.map((part) => ({ type: part, detail: '' })) });
    expect(['dns', 'connection', 'unauthorized', 'incorrectResponse', 'tls', 'serverInternal'].map((type) => canBeRetried(problem(type)))).not.toContain(false);
    expect(['caa', 'rejectedIdentifier', 'unsupportedIdentifier'].map((type) => canBeRetried(problem(type)))).not.toContain(true);
    expect(canBeRetried(problem('compound', 'urn:ietf:params:acme:error:caa'))).toBe(false);
    expect(canBeRetried(undefined)).toBe(true);
  });
});
