import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@sifaka/kernel';
import { aJwsKey } from '../test/a-jws-key.js';
import { HostileCa, type Answering } from '../test/hostile-ca.js';
import { AcmeAccountClient } from './acme-account-client.js';
import { AcmeServer } from './acme-server.js';
import { AcmeSession } from './acme-session.js';

let ca: HostileCa;
beforeEach(async () => (ca = await HostileCa.start()));
afterEach(() => ca.stop());

const key = aJwsKey();

function aServer(answering: Answering = () => undefined, requestTimeoutMs = 2_000): AcmeServer {
  ca.answering = answering;
  return new AcmeServer({ directoryUrl: ca.directoryUrl, fetch, clock: systemClock, concurrency: 4, requestTimeoutMs });
}

function aSession(answering?: Answering, renewed: string[] = []): AcmeSession {
  const server = aServer(answering);
  const renew = async () => {
    renewed.push('renewed');
    return { url: `${ca.url}/account/2`, key };
  };
  return new AcmeSession({ server, account: { url: `${ca.url}/account/1`, key }, renew, certificateKey: () => key });
}

const order = { identifiers: [{ type: 'dns', value: 'a.test' }] };

describe('nonces', () => {
  it('are taken from every answer: one is fetched for many requests', async () => {
    const session = aSession();
    const { url, body } = await session.newOrder(order);
    expect([url, body.status]).toEqual([`${ca.url}/order/1`, 'pending']);
    for (let count = 0; count < 5; count += 1) await session.order(url);
    expect(ca.count('/nonce')).toBe(1);
    expect(new Set(ca.asked.flatMap(({ nonce }) => nonce ?? [])).size).toBe(6);
  });

  it('that are refused are replaced by the one in the refusal, without another round trip', async () => {
    let left = 15;
    const session = aSession(({ path }, response) => path === '/order' && (left -= 1) >= 0 && (ca.problem(response, 400, 'badNonce'), true));
    await expect(session.newOrder(order)).resolves.toMatchObject({ body: { status: 'pending' } });
    expect(ca.count('/order')).toBe(16);
    expect(ca.count('/nonce')).toBe(1);
  });

  it('that are refused for ever end in a fault that a later try may get over', async () => {
    const session = aSession(({ path }, response) => path === '/order' && (ca.problem(response, 400, 'badNonce'), true));
    await expect(session.newOrder(order)).rejects.toMatchObject({ code: 'upstream_failed', reason: 'acme.badNonce' });
    expect(ca.count('/order')).toBe(25);
  });

  it('are fetched where answers bring none', async () => {
    const session = aSession(({ path }, response) => {
      if (path !== '/order/1') return false;
      response.writeHead(200).end(JSON.stringify({ status: 'ready', authorizations: [], finalize: `${ca.url}/f` }));
      return true;
    });
    for (let count = 0; count < 3; count += 1) await session.order(`${ca.url}/order/1`);
    expect(ca.count('/nonce')).toBe(3);
  });

  it('that newNonce does not bring, or that are none, are a fault of the CA', async () => {
    for (const nonce of [null, 'white space', 'ümlaut'.replace('ü', 'u!')]) {
      const session = aSession(({ path }, response) => path === '/nonce' && (response.writeHead(204, nonce === null ? {} : { 'replay-nonce': nonce }).end(), true));
      await expect(session.newOrder(order)).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('brings no nonce') });
    }
  });
});

describe('answers', () => {
  it.each<[string, string, (response: Parameters<Answering>[1]) => void, RegExp]>([
    ['garbage in place of JSON', 'upstream_failed', (response) => response.end('<html>busy</html>'), /not an order as RFC 8555 has it \(not JSON\)/],
    ['JSON of another kind', 'upstream_failed', (response) => response.end('{"status":"dreaming"}'), /not an order as RFC 8555 has it \(status/],
    ['a list', 'upstream_failed', (response) => response.end('[]'), /not an order/],
    ['addresses that are none', 'upstream_failed', (response) => response.end('{"status":"ready","authorizations":["file:///etc/passwd"],"finalize":"https://x.test"}'), /authorizations\.0/],
    ['more than it may hold', 'upstream_failed', (response) => response.end('x'.repeat(600_000)), /more than 524288 bytes/],
    ['an empty refusal', 'upstream_failed', (response) => response.writeHead(500).end(), /HTTP status 500/],
    ['a refusal in HTML', 'failed_precondition', (response) => response.writeHead(403).end('<h1>no</h1>'), /HTTP status 403/],
    ['a redirect', 'failed_precondition', (response) => response.writeHead(307, { location: 'http://169.254.169.254/' }).end(), /redirects .* to http:\/\/169\.254\.169\.254\/: give that address/],
    ['a connection that ends', 'upstream_failed', (response) => response.socket?.destroy(), /could not be reached/],
    ['half a body', 'upstream_failed', (response) => (response.writeHead(200, { 'content-length': '100' }).write('{'), setImmediate(() => response.socket?.destroy())), /could not be reached/],
  ])('with %s are %s', async (_what, code, answer, message) => {
    const session = aSession(({ path }, response) => path === '/order/1' && (answer(response), true));
    await expect(session.order(`${ca.url}/order/1`)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('that do not come are given up', async () => {
    const server = aServer(({ path }) => path === '/dir', 100);
    await expect(server.directory()).rejects.toMatchObject({ code: 'upstream_timeout', message: expect.stringContaining('within 0.1 s') });
  });

  it('that come drop by drop are given up as well', async () => {
    const server = aServer(({ path }, response) => {
      if (path !== '/dir') return false;
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
      return true;
    }, 200);
    await expect(server.directory()).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('that come in another order than the questions go to whom they are for', async () => {
    const session = aSession(({ path }, response) => {
      const [, number] = /^\/slow\/(\d+)$/.exec(path) ?? [];
      if (number === undefined) return false;
      setTimeout(() => ca.json(response, { status: 'ready', authorizations: [], finalize: `${ca.url}/f/${number}` }), 40 - Number(number) * 5);
      return true;
    });
    const answers = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((number) => session.order(`${ca.url}/slow/${number}`)));
    expect(answers.map(({ body }) => body.finalize)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((number) => `${ca.url}/f/${number}`));
  });

  it('without the address of what was made are a fault', async () => {
    const session = aSession(({ path }, response) => path === '/order' && (ca.json(response, { status: 'pending', authorizations: [], finalize: `${ca.url}/f` }), true));
    await expect(session.newOrder(order)).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('no Location header') });
  });

  it('say how long to wait', async () => {
    const session = aSession(({ path }, response) => path === '/order/1' && (ca.json(response, { status: 'processing', authorizations: [], finalize: `${ca.url}/f` }, { 'retry-after': '7' }), true));
    expect(await session.order(`${ca.url}/order/1`)).toMatchObject({ retryAfterMs: 7_000, body: { status: 'processing' } });
  });
});

describe('limits of the CA', () => {
  it('hold up further requests of the kind, which do not even reach it', async () => {
    const session = aSession(({ path }, response) => path === '/order' && (ca.problem(response, 429, 'rateLimited', { 'retry-after': '30' }), true));
    await expect(session.newOrder(order)).rejects.toMatchObject({ code: 'rate_limited', reason: 'acme.rateLimited', retryAfterMs: 30_000, message: expect.stringContaining('that was rateLimited') });
    await expect(session.newOrder(order)).rejects.toMatchObject({ code: 'rate_limited', reason: 'acme.paused' });
    expect(ca.count('/order')).toBe(1);
    await expect(session.order(`${ca.url}/order/1`)).resolves.toBeDefined();
  });

  it('on everything, while it is busy, hold up everything', async () => {
    const session = aSession(({ path }, response) => path === '/order/1' && (response.writeHead(503, { 'retry-after': '10' }).end(), true));
    await expect(session.order(`${ca.url}/order/1`)).rejects.toMatchObject({ code: 'upstream_failed', retryAfterMs: 10_000 });
    await expect(session.newOrder(order)).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

describe('an account', () => {
  it('that the CA forgot is registered anew, once, and the request sent again', async () => {
    const renewed: string[] = [];
    let isKnown = false;
    const session = aSession(({ path }, response) => path === '/order' && !isKnown && ((isKnown = true), ca.problem(response, 400, 'accountDoesNotExist'), true), renewed);
    await expect(session.newOrder(order)).resolves.toBeDefined();
    expect([session.accountUrl, renewed]).toEqual([`${ca.url}/account/2`, ['renewed']]);

    const never = aSession(({ path }, response) => path === '/order' && (ca.problem(response, 400, 'accountDoesNotExist'), true), renewed);
    await expect(never.newOrder(order)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'acme.accountDoesNotExist' });
    expect(renewed).toHaveLength(2);
  });

  it('of a CA that does not change keys is told so', async () => {
    const server = aServer(({ path }, response) => path === '/dir' && (ca.json(response, { newNonce: `${ca.url}/nonce`, newAccount: `${ca.url}/account`, newOrder: `${ca.url}/order`, revokeCert: `${ca.url}/revoke` }), true));
    await expect(new AcmeAccountClient(server).changeKey(`${ca.url}/account/1`, key, aJwsKey())).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('does not offer to change the key') });
  });
});

describe('a certificate', () => {
  const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${Buffer.from(text).toString('base64')}\n-----END CERTIFICATE-----\n`;

  it('comes with the chains that are offered besides, and without those that are not there', async () => {
    const session = aSession(({ path }, response) => {
      if (path === '/cert/1') response.writeHead(200, { link: '<1/other>;rel="alternate", <1/gone>;rel="alternate", <1/broken>;rel="alternate", </dir>;rel="index"' }).end(pem('leaf') + pem('issuer'));
      else if (path === '/cert/1/other') response.writeHead(200).end(pem('leaf') + pem('other issuer'));
      else if (path === '/cert/1/broken') response.writeHead(200).end('-----BEGIN CERTIFICATE-----\n???');
      else return false;
      return true;
    });
    const { chains } = await session.certificate(`${ca.url}/cert/1`);
    expect(chains.map((chain) => chain.map((der) => der.toString()))).toEqual([['leaf', 'issuer'], ['leaf', 'other issuer']]);
  });

  it.each([
    ['no PEM', 'hello'],
    ['nothing', ''],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
  ])('that is %s is a fault of the CA', async (_what, body) => {
    const session = aSession(({ path }, response) => path === '/cert/1' && (response.writeHead(200).end(body), true));
    await expect(session.certificate(`${ca.url}/cert/1`)).rejects.toMatchObject({ code: 'upstream_failed', reason: 'acme.bad_answer' });
  });

  it('that is revoked already counts as revoked', async () => {
    const session = aSession(({ path }, response) => path === '/revoke' && (ca.problem(response, 400, 'alreadyRevoked'), true));
    await expect(session.revoke({ certificateDer: Buffer.from('der'), reason: 1 })).resolves.toBeUndefined();
    expect(ca.asked.at(-1)?.payload).toEqual({ certificate: 'ZGVy', reason: 1 });
  });
});

describe('a directory', () => {
  it('that leads from https to plain http is not followed there', async () => {
    const listing: typeof fetch = async () => new Response(JSON.stringify({ newNonce: 'http://ca.example/n', newAccount: 'https://ca.example/a', newOrder: 'https://ca.example/o', revokeCert: 'https://ca.example/r' }));
    const server = new AcmeServer({ directoryUrl: 'https://ca.example/dir', fetch: listing, clock: systemClock, concurrency: 1, requestTimeoutMs: 100 });
    await expect(server.post({ key, accountUrl: null }, { url: 'https://ca.example/a', payload: {} })).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('not an https address') });
  });

  it('is read once for many requests, and again after a fault', async () => {
    let isDown = true;
    const server = aServer(({ path }, response) => path === '/dir' && isDown && (response.writeHead(500).end(), true));
    await expect(Promise.all([server.directory(), server.directory()])).rejects.toMatchObject({ code: 'upstream_failed' });
    isDown = false;
    await Promise.all([server.directory(), server.directory(), server.directory()]);
    expect(ca.count('/dir')).toBe(2);
  });

  it('without the parts that every CA has is none', async () => {
    const server = aServer(({ path }, response) => path === '/dir' && (ca.json(response, { newNonce: 'https://ca.example/n' }), true));
    await expect(server.directory()).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('is not a directory as RFC 8555 has it') });
  });
});

it('gives renewal information only where the CA has it, and no window that ends before it starts', async () => {
  expect(await aSession().renewalInfo('a.b')).toBeNull();
  const withInfo = (window: unknown): Answering => ({ path }, response) => {
    const { url } = ca;
    if (path === '/dir') ca.json(response, { newNonce: `${url}/nonce`, newAccount: `${url}/account`, newOrder: `${url}/order`, revokeCert: `${url}/revoke`, renewalInfo: `${url}/info/` });
    else if (path === '/info/a.b') ca.json(response, { suggestedWindow: window, explanationURL: 'https://ca.example/why' }, { 'retry-after': '21600' });
    else return false;
    return true;
  };
  expect(await aSession(withInfo({ start: '2026-01-02T04:00:00Z', end: '2026-01-03T04:00:00Z' })).renewalInfo('a.b')).toEqual({
    windowStart: new Date('2026-01-02T04:00:00Z'),
    windowEnd: new Date('2026-01-03T04:00:00Z'),
    explanationUrl: 'https://ca.example/why',
    retryAfterMs: 21_600_000,
  });
  await expect(aSession(withInfo({ start: '2026-01-03T04:00:00Z', end: '2026-01-02T04:00:00Z' })).renewalInfo('a.b')).rejects.toMatchObject({ code: 'upstream_failed' });
});
