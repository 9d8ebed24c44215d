import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { limits } from '@sifaka/kernel';
import { inSpan, measure, withTrace } from '@sifaka/observability';
import type { FastifyInstance } from 'fastify';
import { serveApiDocs } from './api-docs.js';
import { readableAddress, readAway, refuseAddress } from './broken-request.js';
import { drainConnections } from './draining.js';
import { serveWebUi } from './web-ui.js';

export interface ServerSettings {
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  /** Added to every answer. */
  customResponseHeaders: Record<string, string>;
  /** Null: browsers keep pages of other origins out. */
  cors: { origins: string[]; allowHeaders: string[] } | null;
  /** Of the product, for the API's page. */
  version: string;
}

/** Longest path parameter: a certificate name has 256 characters, percent-encoded three times as many. */
const maxParamLength = 1_024;
/** A client that sends its request slower than this holds a socket for nothing. */
const requestTimeoutMs = 30_000;

/** Limits of the HTTP server, for Fastify. */
export function serverOptions(settings: ServerSettings) {
  return {
    bodyLimit: limits.bodyBytes,
    routerOptions: { maxParamLength },
    requestTimeout: requestTimeoutMs,
    trustProxy: settings.trustedProxies.length === 0 ? false : settings.trustedProxies,
    logger: false,
    rewriteUrl: readableAddress,
    frameworkErrors: refuseAddress,
    // Who is still connected is answered to the end, see `drainConnections`.
    return503OnClosing: false,
  };
}

/** What stands before and beside every route: raw bodies (the guard reads them after the token), headers, traces, the API's own page. */
export async function configureServer(app: NestFastifyApplication, settings: ServerSettings): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.bodyBytes }, (_request, body, done) => done(null, body));
  server.addHook('onRequest', (request, reply, done) => {
    const answered = new Promise<void>((resolve) => void reply.raw.once('close', resolve));
    const carrier = { traceparent: headerOf(request.headers.traceparent) };
    const attributes = { 'http.request.method': request.method, 'http.route': request.routeOptions.url ?? 'none' };
    void withTrace(carrier, () => inSpan(`${request.method} ${attributes['http.route']}`, { kind: 'server', attributes }, () => (done(), answered)), {
      service: 'gateway',
    });
  });
  server.addHook('onResponse', (request, reply, done) => {
    measure.time('response_time', reply.elapsedTime, { endpoint: request.routeOptions.url ?? 'none', request_method: request.method, status_code: reply.statusCode });
    measure.count('status_code_<code>', { code: reply.statusCode });
    done();
  });
  server.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode === 413) await readAway(request.raw);
    for (const [name, value] of Object.entries(settings.customResponseHeaders)) void reply.header(name, value);
    return payload;
  });
  drainConnections(server);
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:'], objectSrc: ["'none'"], frameAncestors: ["'none'"], upgradeInsecureRequests: null } },
    frameguard: { action: 'deny' },
    // The proxy in front speaks TLS; a laptop on plain HTTP must not be sent to HTTPS by its own browser.
    hsts: false,
  });
  if (settings.cors !== null) await allowOrigins(server, settings.cors);
  await serveApiDocs(server, settings.version);
  await serveWebUi(server);
}

const headerOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** With credentials a browser takes no `*` for an answer: any origin is then answered by its own name. */
async function allowOrigins(server: FastifyInstance, { origins, allowHeaders }: NonNullable<ServerSettings['cors']>): Promise<void> {
  await server.register(cors, { origin: origins.includes('*') ? true : origins, allowedHeaders: allowHeaders, credentials: true, methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] });
}
