import { describe, expect, it } from '@jest/globals';
import { fixedClock, type AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { connectionFault } from './connection-fault.js';
import { HttpApi } from './http-api.js';

const apiThat = (answer: () => Response | Promise<Response>, signal = new AbortController().signal) =>
  new HttpApi({ name: 'Sample', url: 'https://api.example.test/v1/', secrets: ['top-secret'], context: { clock: fixedClock(new Date('2026-11-21T10:00:00Z')), signal, fetch: async () => answer() } });

const faultOf = async (response: Response): Promise<AppError> => apiThat(() => response).send('/x').then(() => Promise.reject(new Error('succeeded')), (error: unknown) => error as AppError);

describe('a JSON API', () => {
  it.each([[401, 'permission_denied'], [403, 'permission_denied'], [404, 'failed_precondition'], [409, 'conflict'], [422, 'failed_precondition'], [429, 'rate_limited'], [500, 'upstream_failed'], [503, 'upstream_failed']])('calls %d %s', async (status, code) => {
    expect(await faultOf(new Response('{"message":"why"}', { status }))).toMatchObject({ code, message: expect.stringContaining('why') });
  });

  it('tells a server that is overloaded, or has nobody behind it, from one that answers with a fault', async () => {
    for (const [status, reason] of [[500, undefined], [502, 'upstream.unavailable'], [503, 'upstream.unavailable'], [504, 'upstream.unavailable']] as const) {
      expect((await faultOf(new Response('', { status }))).reason).toBe(reason);
    }
  });

  it.each([['7', 7_000], ['Sat, 21 Nov 2026 10:01:00 GMT', 60_000], ['Sat, 21 Nov 2026 09:00:00 GMT', 0], ['soon', undefined]])('reads Retry-After: %s', async (header, retryAfterMs) => {
    expect((await faultOf(new Response('', { status: 429, headers: { 'retry-after': header } }))).retryAfterMs).toBe(retryAfterMs);
  });

  it('keeps secrets out of what the other side repeats, and its words short', async () => {
    const { message } = await faultOf(new Response(`bad key top-secret ${'x'.repeat(10_000)}`, { status: 401 }));
    expect(message).not.toContain('top-secret');
    expect(message.length).toBeLessThan(500);
  });

  it.each([['runs over the end of what is shown', `${'x'.repeat(295)}top-secret`], ['has line ends', 'x\n-----BEGIN\nKEY-----']])('keeps out a secret that %s', async (_what, body) => {
    const api = new HttpApi({ name: 'Sample', url: 'https://api.example.test', secrets: ['top-secret', '-----BEGIN\nKEY-----'], context: { clock: fixedClock(new Date()), signal: new AbortController().signal, fetch: async () => new Response(body, { status: 401 }) } });
    await expect(api.send('/x')).rejects.toMatchObject({ message: expect.stringMatching(/: x+ ?\*+$/) });
  });

  it('calls an answer of another shape a fault of the other side', async () => {
    await expect(apiThat(() => new Response('<html>')).read(z.object({ id: z.string() }), '/x')).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it.each([
    [302, 'https://login.example.test/in?key=canary', ' to login.example.test'],
    [308, '/elsewhere/top-secret', ' to api.example.test'],
    [307, 'https://top-secret.example.test/', ' to ***.example.test'],
    [301, 'http://', ''],
    [304, null, ''],
  ])('that takes messages has not taken one when it answers %d with the location %s', async (status, location, where) => {
    const asked: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (_input, init) => {
      asked.push(init?.redirect);
      return new Response(null, { status, ...(location !== null && { headers: { location } }) });
    };
    const api = new HttpApi({ name: 'Sample', url: 'https://api.example.test/v1/', secrets: ['top-secret'], followsRedirects: false, context: { clock: fixedClock(new Date()), signal: new AbortController().signal, fetch } });
    await expect(api.send('/x', { method: 'POST', json: {} })).rejects.toMatchObject({ code: 'not_found', reason: 'outbound.redirect', message: `Sample answers ${status}${where}: redirects are not followed; enter the final address` });
    expect(asked).toEqual(['manual']);
  });

  it('asks nothing more when the host has stopped', async () => {
    await expect(apiThat(() => Promise.reject(new Error('aborted')), AbortSignal.abort()).send('/x')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a connection that fails', () => {
  const failed = (code: string) => connectionFault('Sample', new TypeError('fetch failed', { cause: Object.assign(new Error('inner'), { code }) }));

  it.each([['ECONNREFUSED', 'unavailable'], ['ENOTFOUND', 'unavailable'], ['UND_ERR_HEADERS_TIMEOUT', 'upstream_timeout'], ['ECONNRESET', 'upstream_failed'], ['DEPTH_ZERO_SELF_SIGNED_CERT', 'upstream_failed'], ['ERR_TLS_CERT_ALTNAME_INVALID', 'upstream_failed']])('by %s is %s', (code, expected) => {
    expect(failed(code)).toMatchObject({ code: expected, message: expect.stringContaining(code) });
  });
});
