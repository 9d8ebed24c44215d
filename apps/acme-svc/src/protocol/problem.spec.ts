import { describe, expect, it } from '@jest/globals';
import { problemError, readProblem } from './problem.js';

const urn = (name: string) => `urn:ietf:params:acme:error:${name}`;

const errorOf = (json: unknown, status: number | null = 400, retryAfterMs: number | null = null) =>
  problemError({ problem: readProblem(json) ?? { type: 'about:blank', detail: '', subproblems: [] }, status, host: 'ca.example', retryAfterMs });

describe('a problem document', () => {
  it.each([
    ['malformed', 400, 'failed_precondition'],
    ['rejectedIdentifier', 400, 'failed_precondition'],
    ['unauthorized', 403, 'failed_precondition'],
    ['caa', 403, 'failed_precondition'],
    ['externalAccountRequired', 403, 'failed_precondition'],
    ['badCSR', 400, 'failed_precondition'],
    ['accountDoesNotExist', 400, 'failed_precondition'],
    ['userActionRequired', 403, 'failed_precondition'],
    ['alreadyReplaced', 409, 'failed_precondition'],
    ['invalidProfile', 400, 'failed_precondition'],
    ['somethingNew', 400, 'failed_precondition'],
    ['rateLimited', 429, 'rate_limited'],
    ['rateLimited', 503, 'rate_limited'],
    ['serverInternal', 500, 'upstream_failed'],
    ['orderNotReady', 403, 'upstream_failed'],
    ['badNonce', 400, 'upstream_failed'],
    ['malformed', 404, 'not_found'],
    // Inside a challenge: what the CA saw may change.
    ['dns', null, 'upstream_failed'],
    ['connection', null, 'upstream_failed'],
    ['incorrectResponse', null, 'upstream_failed'],
    ['unauthorized', null, 'upstream_failed'],
    ['caa', null, 'failed_precondition'],
  ] as const)('%s with status %p is %s', (name, status, code) => {
    expect(errorOf({ type: urn(name), detail: 'why' }, status)).toMatchObject({ code, reason: `acme.${name}`, message: `ca.example: why (${name})` });
  });

  it('keeps the time that the CA asks for, and a minute where it does not say', () => {
    expect(errorOf({ type: urn('rateLimited'), detail: 'slow' }, 429, 5_000).retryAfterMs).toBe(5_000);
    expect(errorOf({ type: urn('rateLimited'), detail: 'slow' }, 429).retryAfterMs).toBe(60_000);
    expect(errorOf({ type: urn('serverInternal'), detail: 'x' }, 503, 2_000).retryAfterMs).toBe(2_000);
  });

  it('says which names it is about', () => {
    const of = (value: string, name: string, detail: string) => ({ type: urn(name), detail, identifier: { type: 'dns', value } });
    const json = { type: urn('compound'), detail: 'Errors', subproblems: [of('a.test', 'caa', 'forbidden'), of('b.test', 'dns', 'b.test has no zone')] };
    expect(errorOf(json, 403)).toMatchObject({ code: 'failed_precondition', message: 'ca.example: Errors (compound); a.test: forbidden (caa); b.test has no zone (dns)' });
    expect(errorOf({ ...json, subproblems: [of('b.test', 'dns', 'x')] }, 400).code).toBe('upstream_failed');
  });

  it('is read however badly it is written, on one line and of a bounded length', () => {
    expect(errorOf({ type: 7, detail: ['x'] }, 500)).toMatchObject({ code: 'upstream_failed' });
    expect(errorOf({ type: urn('caa'), detail: 'a\r\nb\u2028c', subproblems: 'x', identifier: 3 }).message).toBe('ca.example: a b c (caa)');
    expect(errorOf({ type: urn('malformed'), detail: 'x'.repeat(100_000) }).message.length).toBeLessThan(4_100);
    for (const json of [null, 'text', 4, [], {}]) expect(readProblem(json)).toBeNull();
  });
});
