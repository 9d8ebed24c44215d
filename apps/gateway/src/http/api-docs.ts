import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import { openApiDocument } from '@sifaka/contracts';
import type { FastifyInstance } from 'fastify';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sifaka API</title>
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

// A file of its own: the content security policy lets no script run from inside a page.
const start = `SwaggerUIBundle({ url: '/api/docs/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });`;

/** The OpenAPI document and a page to read and try it, at `/api/docs`; everything it loads is served from here. */
export async function serveApiDocs(server: FastifyInstance, version: string): Promise<void> {
  const document = JSON.stringify(openApiDocument(version));
  server.get('/api/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  server.get('/api/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(start));
  server.get('/api/docs/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(document));
  await server.register(fastifyStatic, { root: assets, prefix: '/api/docs/assets/', decorateReply: false, index: false, allowedPath: isServed });
}

const served = ['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png'];

const isServed = (path: string): boolean => served.includes(path);
