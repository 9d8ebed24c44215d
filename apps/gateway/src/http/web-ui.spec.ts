import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { serveWebUi } from './web-ui.js';

describe('the web interface', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-web-'));
  let server: FastifyInstance;

  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<title>Sifaka</title>');
    writeFileSync(join(folder, 'assets/index-abc.js'), 'export {};');
    server = fastify();
    server.setNotFoundHandler((_request, reply) => reply.status(404).send({ message: 'nothing here' }));
    await serveWebUi(server, folder);
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it.each(['/', '/certificates', '/certificates/12?tab=log', '/index.html'])(
    'answers %s with its one page, asked for anew each time',
    async (url) => {
      const answer = await server.inject(url);
      expect(answer.body).toBe('<title>Sifaka</title>');
      expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    },
  );

  it('lets browsers keep files whose names have a hash', async () => {
    const answer = await server.inject('/assets/index-abc.js');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it('compresses for those who can read it', async () => {
    const answer = await server.inject({ url: '/', headers: { 'accept-encoding': 'br, gzip' } });
    expect(gunzipSync(answer.rawPayload).toString()).toBe('<title>Sifaka</title>');
  });

  it('sends nothing to those who have it', async () => {
    const { headers } = await server.inject('/');
    expect((await server.inject({ url: '/', headers: { 'if-none-match': String(headers.etag) } })).statusCode).toBe(304);
  });

  it.each([
    '/api',
    '/api/1/nothing',
    '/api/docs/none',
    '/ocsp',
    '/ocsp/',
    '/crl',
    '/crl/',
    '/crl/a/b',
    '/ca?x',
    '/ca/a/b',
    '/.well-known/none',
    '/assets/index-old.js',
    '/favicon.ico',
    '/../package.json',
    '/assets/..%2f..%2fpackage.json',
  ])('is not the answer to %s', async (url) => {
    expect((await server.inject(url)).statusCode).toBe(404);
  });

  it('says how to build it when it is not there', async () => {
    const bare = fastify();
    await serveWebUi(bare, join(folder, 'none'));
    const answer = await bare.inject('/');
    await bare.close();
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('npm run build');
  });
});
