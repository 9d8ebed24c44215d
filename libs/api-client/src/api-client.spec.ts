import { describe, expect, it } from '@jest/globals';
import {
  createDomainOperation,
  deleteCertificateOperation,
  getDomainOperation,
  getMeOperation,
  healthcheckOperation,
  listDomainsOperation,
  loginOperation,
} from '@sifaka/contracts';
import { AppError, type ErrorCode } from '@sifaka/kernel';
import { ApiClient, type ApiClientOptions } from './api-client.js';
import { sentenceOf } from './refusal.js';

interface Sent {
  url: string;
  method: string;
  headers: Headers;
  body: string;
}

const domain = { id: 4, name: 'shop.example.com', sensitive: false };

/** A client whose server gives one answer, and what was sent to it. */
function clientOf(answer: () => Response | Promise<Response>, options: Partial<ApiClientOptions> = {}) {
  const sent: Sent[] = [];
  const client = new ApiClient({
    url: 'https://sifaka.example.com/',
    token: () => 'secret-token',
    fetch: async (input, init) => {
      const request = new Request(input, init);
      sent.push({ url: request.url, method: request.method, headers: request.headers, body: await request.text() });
      return answer();
    },
    ...options,
  });
  return { client, sent };
}

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers });

async function faultOf(promise: Promise<unknown>): Promise<AppError> {
  const fault = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(fault instanceof AppError)) throw new Error(`expected an AppError, got ${String(fault)}`);
  return fault;
}

describe('the API client', () => {
  it('puts params into the path, leaves empty query values out and sends the token', async () => {
    const { client, sent } = clientOf(json({ items: [domain], total: 1 }));
    await client.call(listDomainsOperation, { query: { count: 25, filter: 'name;sh op', sortBy: '' } });
    expect(sent[0]!.url).toBe('https://sifaka.example.com/api/1/domains?count=25&filter=name%3Bsh+op');
    expect(sent[0]!.headers.get('authorization')).toBe('Bearer secret-token');
  });

  it('answers what the contract says', async () => {
    const { client, sent } = clientOf(json({ ...domain, later: 'unknown to this version' }));
    await expect(client.call(getDomainOperation, { params: { id: 4 } })).resolves.toEqual(domain);
    expect(sent[0]!.url).toMatch(/\/api\/1\/domains\/4$/);
  });

  it('reads text where the answer is text, and nothing where there is none', async () => {
    await expect(clientOf(() => new Response('ok')).client.call(healthcheckOperation)).resolves.toBe('ok');
    const { client } = clientOf(() => new Response(null, { status: 204 }));
    await expect(client.call(deleteCertificateOperation, { params: { id: 1 } })).resolves.toBeUndefined();
  });

  it('gives every create a key of its own, or the key it is told', async () => {
    const { client, sent } = clientOf(json(domain));
    const body = { name: domain.name };
    await client.call(createDomainOperation, { body });
    await client.call(createDomainOperation, { body });
    await client.call(createDomainOperation, { body, idempotencyKey: 'again' });
    const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBe('again');
    expect(sent[0]!.body).toBe('{"name":"shop.example.com"}');
  });

  it('sends no token to log in', async () => {
    const { client, sent } = clientOf(json({ token: 'new' }));
    await expect(client.call(loginOperation, { body: { username: 'a', password: 'b' } })).resolves.toEqual({ token: 'new' });
    expect(sent[0]!.headers.get('authorization')).toBeNull();
  });

  it('turns reasons into fields with dotted paths', async () => {
    const reasons = {
      commonName: 'must be a string',
      plugin: { slug: 'is required' },
      authority: { _schema: 'no such authority' },
      Schema: { validity: ['ends before it starts', 'second'] },
    };
    const { client } = clientOf(json({ message: 'Validation Error.', code: 'invalid_argument', reason: 'http.validation', reasons }, 400));
    const fault = await faultOf(client.call(createDomainOperation, { body: { name: 'x' } }));
    expect(fault.fields).toEqual([
      { path: 'commonName', message: 'must be a string' },
      { path: 'plugin.slug', message: 'is required' },
      { path: 'authority', message: 'no such authority' },
      { path: 'validity', message: 'ends before it starts' },
    ]);
    expect(sentenceOf(fault).split('\n')[1]).toBe('plugin.slug: is required');
  });

  it.each<[number, string, ErrorCode]>([
    [401, '', 'unauthenticated'],
    [404, '{"error":"nothing here"}', 'not_found'],
    [502, '<html>bad gateway</html>', 'upstream_failed'],
    [418, '{"code":"not-a-code","message":"tea"}', 'invalid_argument'],
  ])('understands a refusal %i whoever wrote it', async (status, body, code) => {
    const { client } = clientOf(() => new Response(body, { status }));
    expect((await faultOf(client.call(getMeOperation))).code).toBe(code);
  });

  it('says how long to wait after too many logins', async () => {
    const { client } = clientOf(json({ message: 'too many', code: 'rate_limited' }, 429, { 'retry-after': '12' }));
    expect((await faultOf(client.call(loginOperation, { body: { username: 'a', password: 'b' } }))).retryAfterMs).toBe(12_000);
  });

  it.each([
    [401, { message: 'who?' }, 1],
    [403, { message: 'expired', code: 'permission_denied', reason: 'token.refused' }, 1],
    [403, { message: 'not yours', code: 'permission_denied', reason: 'access.admin_needed' }, 0],
  ])('tells of a session that is over and of no other refusal (%i, %j)', async (status, body, times) => {
    let told = 0;
    const { client } = clientOf(json(body, status), { onSessionOver: () => void (told += 1) });
    await faultOf(client.call(getMeOperation));
    expect(told).toBe(times);
  });

  it('names the server that cannot be reached', async () => {
    const { client } = clientOf(() => Promise.reject(new TypeError('fetch failed')));
    const fault = await faultOf(client.call(getMeOperation));
    expect(fault.code).toBe('unavailable');
    expect(fault.message).toBe('https://sifaka.example.com cannot be reached');
  });

  it('gives up on a server that is silent', async () => {
    const client = new ApiClient({
      url: '',
      timeoutMs: 1,
      fetch: (_input, init) => new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    });
    expect((await faultOf(client.call(getMeOperation))).reason).toBe('client.timeout');
  });

  it.each(['not json', '{"id":"four"}'])('refuses an answer that is not of the contract: %s', async (body) => {
    const { client } = clientOf(() => new Response(body));
    expect((await faultOf(client.call(getDomainOperation, { params: { id: 4 } }))).reason).toBe('client.strange_answer');
  });
});
