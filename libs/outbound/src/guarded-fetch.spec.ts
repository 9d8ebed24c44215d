import { getEventListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { text, toLoopback, workshop } from './test/servers.js';

const { http, outbound } = workshop();
const allowed = { outboundAllowedHosts: ['one.example', 'two.example'] };
const names = { lookup: toLoopback };

describe('fetch behind the guard', () => {
  it('is fetch: method, headers and body go out, status, headers and body come back', async () => {
    const port = await http(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.writeHead(401, { 'x-method': request.method, 'x-type': request.headers['content-type'] ?? '', 'set-cookie': ['a=1', 'b=2'] }).end(Buffer.concat(chunks));
    });
    const answer = await outbound(allowed, names).fetch(new URL(`http://one.example:${port}/x`), { method: 'PUT', body: new URLSearchParams({ a: 'b c' }) });
    expect(answer).toBeInstanceOf(Response);
    expect([answer.status, answer.headers.get('x-method'), answer.headers.get('x-type'), answer.url]).toEqual([401, 'PUT', 'application/x-www-form-urlencoded;charset=UTF-8', `http://one.example:${port}/x`]);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.text()).toBe('a=b+c');
  });

  it.each([204, 304])('takes an answer %p without body', async (status) => {
    const port = await http((_request, response) => void response.writeHead(status).end());
    const answer = await outbound(allowed, names).fetch(`http://one.example:${port}/`);
    expect([answer.status, answer.body]).toEqual([status, null]);
  });

  it.each(['file:///etc/passwd', 'ftp://one.example/', 'data:text/plain,x'])('speaks no other scheme: %s', async (address) => {
    await expect(outbound(allowed, names).fetch(address)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'outbound.refused' });
  });

  it('keeps the password of an address out of the fault', async () => {
    const fault = await outbound().fetch('https://me:hunter2@one.example/').catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', message: 'an address must not hold user and password' });
  });

  it('refuses a redirect to a private address', async () => {
    let visits = 0;
    const inside = await http(() => (visits += 1));
    const port = await http((_request, response) => void response.writeHead(302, { location: `http://127.0.0.1:${inside}/admin` }).end());
    await expect(outbound(allowed, names).fetch(`http://one.example:${port}/`)).rejects.toMatchObject({ reason: 'outbound.refused' });
    expect(visits).toBe(0);
  });

  it('gives another origin nothing but harmless headers', async () => {
    let seen: Record<string, unknown> = {};
    const other = await http((request, response) => {
      seen = request.headers;
      response.end('there');
    });
    const port = await http((_request, response) => void response.writeHead(307, { location: `http://two.example:${other}/` }).end());
    const headers = { authorization: 'Bearer x', cookie: 'a=1', 'x-api-key': 'k', 'x-vault-token': 't', accept: 'application/json' };
    const answer = await outbound(allowed, names).fetch(`http://one.example:${port}/`, { headers });
    expect([await answer.text(), answer.redirected, seen.accept]).toEqual(['there', true, 'application/json']);
    expect(['authorization', 'cookie', 'x-api-key', 'x-vault-token'].filter((name) => name in seen)).toEqual([]);
  });

  it('keeps headers within an origin, and the body where the status says so', async () => {
    const seen: string[] = [];
    const port = await http(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${request.headers['content-type']} ${body}`);
      if (request.url === '/307') response.writeHead(307, { location: '/303' }).end();
      else if (request.url === '/303') response.writeHead(303, { location: '/end' }).end();
      else response.end('end');
    });
    await outbound(allowed, names).fetch(`http://one.example:${port}/307`, { method: 'POST', body: 'b', headers: { authorization: 'x', 'content-type': 'text/plain' } });
    expect(seen).toEqual(['POST /307 x text/plain b', 'POST /303 x text/plain b', 'GET /end x undefined ']);
  });

  it('hands the content of a request to no other origin', async () => {
    const port = await http((_request, response) => void response.writeHead(308, { location: 'http://two.example/' }).end());
    const fault = outbound(allowed, names).fetch(`http://one.example:${port}/`, { method: 'POST', body: 'secret' });
    await expect(fault).rejects.toMatchObject({ code: 'upstream_failed', reason: 'outbound.redirect' });
  });

  it('ends a circle of redirects', async () => {
    let visits = 0;
    const port = await http((_request, response) => {
      visits += 1;
      response.writeHead(302, { location: '/again' }).end();
    });
    await expect(outbound(allowed, names).fetch(`http://one.example:${port}/`)).rejects.toMatchObject({ reason: 'outbound.redirect' });
    expect(visits).toBe(6);
  });

  it('leaves redirects to whoever asks for them, and refuses them for whoever wants none', async () => {
    const port = await http((_request, response) => void response.writeHead(302, { location: '/x' }).end());
    const { fetch } = outbound(allowed, names);
    expect((await fetch(`http://one.example:${port}/`, { redirect: 'manual' })).status).toBe(302);
    await expect(fetch(`http://one.example:${port}/`, { redirect: 'error' })).rejects.toMatchObject({ reason: 'outbound.redirect' });
  });

  it.each([
    ['by what it declares', false],
    ['by what arrives', true],
  ])('cuts an answer off that is too large, %s', async (_, isChunked) => {
    const port = await http((_request, response) => {
      if (!isChunked) response.setHeader('content-length', 4_096);
      response.write(Buffer.alloc(2_048));
      response.end(Buffer.alloc(2_048));
    });
    const read = async () => (await outbound(allowed, { ...names, maxResponseBytes: 3_000 }).fetch(`http://one.example:${port}/`)).arrayBuffer();
    await expect(read()).rejects.toMatchObject({ code: 'upstream_failed', reason: 'outbound.too_large' });
  });

  it('counts an answer after it was unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    const port = await http((_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const read = async () => (await outbound(allowed, { ...names, maxResponseBytes: 100_000 }).fetch(`http://one.example:${port}/`)).arrayBuffer();
    expect(bomb.length).toBeLessThan(2_000);
    await expect(read()).rejects.toMatchObject({ reason: 'outbound.too_large' });
  });

  it('gives up on a body that trickles, though it never stops', async () => {
    const port = await http((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const answer = await outbound({ ...allowed, outboundTimeoutMs: 200 }, names).fetch(`http://one.example:${port}/`);
    await expect(answer.text()).rejects.toMatchObject({ code: 'upstream_timeout', message: `one.example:${port}: no complete answer within 200 ms` });
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const port = await http(() => undefined);
    await expect(outbound({ ...allowed, outboundTimeoutMs: 150 }, names).fetch(`http://one.example:${port}/`)).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it("passes the caller's abort on, and calls his time limit a time limit", async () => {
    const port = await http(() => undefined);
    const { fetch } = outbound(allowed, names);
    const reason = new Error('stopping');
    await expect(fetch(`http://one.example:${port}/`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(fetch(`http://one.example:${port}/`, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('leaves nothing on a signal that outlives it', async () => {
    const port = await http(text('ok'));
    const { fetch } = outbound(allowed, names);
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) await (await fetch(`http://one.example:${port}/`, { signal })).text();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('says that a server does not speak HTTP', async () => {
    const port = await http((request) => void request.socket.end('SSH-2.0-x\r\n'));
    await expect(outbound(allowed, names).fetch(`http://one.example:${port}/`)).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it('keeps connections, and serves many at once', async () => {
    const sockets = new Set<unknown>();
    const port = await http((request, response) => {
      sockets.add(request.socket);
      text('ok')(request, response);
    });
    const { fetch } = outbound(allowed, names);
    const ask = async () => (await fetch(`http://one.example:${port}/`)).text();
    expect(new Set(await Promise.all(Array.from({ length: 200 }, ask)))).toEqual(new Set(['ok']));
    expect(sockets.size).toBeLessThanOrEqual(32);
  });

  it('does nothing any more once it is closed', async () => {
    const way = outbound(allowed, names);
    await way.close();
    await expect(way.fetch('http://one.example/')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
