import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeChecks, loopbackOutbound, outageChecks, startStandIn, type StandIn, type StandInAnswer } from '../conformance/index.js';
import { HttpApi, retryAfter, type HttpApiSettings } from './http-api.js';

const Greeting = z.object({ greeting: z.string() });
const neverAborted = new AbortController().signal;
let standIn: StandIn | undefined;

const apiOf = (baseUrl: string, more: Partial<HttpApiSettings> = {}): HttpApi =>
  new HttpApi({ name: 'Greeter', baseUrl, fetch: loopbackOutbound().fetchWith({}), signal: neverAborted, timeoutMs: 1_000, ...more });

async function answering(answer: StandInAnswer, more: Partial<HttpApiSettings> = {}): Promise<HttpApi> {
  standIn = await startStandIn(() => answer);
  return apiOf(`${standIn.url}/api/`, more);
}

afterEach(async () => standIn?.stop());

describeChecks('HttpApi in an outage', outageChecks, {
  run: (url, canary) => apiOf(url, { headers: { authorization: `Bearer ${canary}` }, secrets: [canary] }).json(Greeting, { path: 'greeting' }),
});

describe('HttpApi', () => {
  it('sends objects as JSON, forms as forms, below the base URL and with its headers', async () => {
    const api = await answering({ body: { greeting: 'hello' } }, { headers: async () => ({ 'x-key': 'k' }) });
    expect(await api.json(Greeting, { method: 'POST', path: '/greet', body: { name: 'ada' } })).toEqual({ greeting: 'hello' });
    await api.send({ method: 'POST', path: 'greet', body: new URLSearchParams({ name: 'ada' }) });
    expect(standIn?.requests.map(({ method, url, text, headers }) => [method, url, text, headers['content-type'], headers['x-key']])).toEqual([
      ['POST', '/api/greet', '{"name":"ada"}', 'application/json', 'k'],
      ['POST', '/api/greet', 'name=ada', 'application/x-www-form-urlencoded', 'k'],
    ]);
  });

  it('shows the words that the other side explains itself with, on one line', async () => {
    const api = await answering({ status: 422, body: { error: 'name is\n   taken' } }, { explain: (body) => z.object({ error: z.string() }).safeParse(body).data?.error });
    await expect(api.send({ path: 'greet' })).rejects.toMatchObject({ code: 'failed_precondition', message: 'Greeter answered 422: name is taken' });
  });

  it('takes statuses as answers that the caller expects', async () => {
    const api = await answering({ status: 404, body: 'gone' });
    expect(await api.send({ path: 'greet', accepts: [404] })).toMatchObject({ status: 404, text: 'gone' });
  });

  it('says which part of an answer is not as documented', async () => {
    const api = await answering({ body: { greeting: 7 } });
    await expect(api.json(Greeting, { path: 'greet' })).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('unexpected at greeting') });
  });

  it('gives up on an answer that takes too long', async () => {
    const api = await answering({ body: 'late', delayMs: 3_000 }, { timeoutMs: 100 });
    await expect(api.send({ path: 'greet' })).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('gives up when the host stops', async () => {
    const stopping = new AbortController();
    const api = await answering({ body: 'late', delayMs: 3_000 }, { signal: stopping.signal });
    const asked = api.send({ path: 'greet' });
    stopping.abort();
    await expect(asked).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('stops') });
  });
});

describe('retryAfter', () => {
  it.each([
    ['120', 120_000],
    ['Sun, 22 Nov 2026 00:00:10 GMT', 10_000],
    ['Sun, 22 Nov 2020 00:00:10 GMT', 0],
    ['soon', null],
    [null, null],
  ])('reads %s', (header, expected) => {
    expect(retryAfter(header, Date.parse('2026-11-22T00:00:00Z'))).toBe(expected);
  });
});
