import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeChecks, loopbackOutbound, outageChecks, startStandIn, testContext, type StandIn, type StandInAnswer } from '../conformance/index.js';
import { HttpApi, type HttpApiSettings } from './http-api.js';

const Greeting = z.object({ greeting: z.string() });
const context = () => testContext({ outbound: loopbackOutbound() });
let standIn: StandIn | undefined;

const apiOf = (url: string, more: Partial<HttpApiSettings> = {}): HttpApi => new HttpApi({ name: 'Greeter', url, context: context(), ...more });

async function answering(answer: StandInAnswer, more: Partial<HttpApiSettings> = {}): Promise<HttpApi> {
  standIn = await startStandIn(() => answer);
  return apiOf(`${standIn.url}/api/`, more);
}

afterEach(async () => standIn?.stop());

describeChecks('HttpApi in an outage', outageChecks, {
  run: (url, canary) => apiOf(url, { headers: { authorization: `Bearer ${canary}` }, secrets: [canary] }).read(Greeting, '/greeting'),
});

describe('HttpApi', () => {
  it('sends objects as JSON, forms as forms, below its address and with its headers', async () => {
    const api = await answering({ body: { greeting: 'hello' } }, { headers: { 'x-key': 'k' } });
    expect(await api.read(Greeting, '/greet', { method: 'POST', json: { name: 'ada' } })).toEqual({ greeting: 'hello' });
    await api.send('/greet', { method: 'POST', form: { name: 'ada' } });
    expect(standIn?.requests.map(({ method, url, text, headers }) => [method, url, text, headers['content-type'], headers['x-key']])).toEqual([
      ['POST', '/api/greet', '{"name":"ada"}', 'application/json', 'k'],
      ['POST', '/api/greet', 'name=ada', 'application/x-www-form-urlencoded', 'k'],
    ]);
  });

  it('shows the words that the other side explains itself with, on one line', async () => {
    const api = await answering({ status: 422, body: { error: 'name is\n   taken' } }, { explain: (body) => z.object({ error: z.string() }).safeParse(body).data?.error });
    await expect(api.send('/greet')).rejects.toMatchObject({ code: 'failed_precondition', message: 'Greeter answered GET /greet with 422: name is taken' });
  });

  it('takes statuses as answers that the caller expects', async () => {
    const api = await answering({ status: 404, body: 'gone' });
    expect(await api.send('/greet', { accepts: [404] })).toMatchObject({ status: 404, body: 'gone' });
  });

  it('says which part of an answer is not as documented', async () => {
    const api = await answering({ body: { greeting: 7 } });
    await expect(api.read(Greeting, '/greet')).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('greeting: ') });
  });

  it('gives up when the host stops', async () => {
    const stopping = context();
    const api = await answering({ body: 'late', delayMs: 2_000 }, { context: stopping });
    const asked = api.send('/greet');
    stopping.stop();
    await expect(asked).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('stops') });
  });
});
