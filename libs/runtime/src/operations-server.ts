import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { metricsText } from '@sifaka/observability';
import { listen, type Listening } from './listen.js';
import type { Readiness } from './readiness.js';

export interface OperationsOptions {
  host: string;
  /** 0 takes a free port. */
  port: number;
  readiness: () => Promise<Readiness>;
  /** False where another server of the process has them: the metrics are those of the process, and twice scraped is twice counted. */
  servesMetrics: boolean;
}

/** Serves `/livez` (the process turns), `/readyz` (it can work) and `/metrics` (Prometheus); for operators, not for users. */
export function startOperationsServer(options: OperationsOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(request, options).then(
      (reply) => send(response, reply),
      () => send(response, { status: 500, type: 'text/plain', body: 'failed\n' }),
    );
  });
  server.requestTimeout = 5_000;
  return listen(server, { host: options.host, port: options.port, setting: 'SIFAKA_OPERATIONS_PORT' });
}

function answer(request: IncomingMessage, { readiness, servesMetrics }: OperationsOptions): Promise<OperationsReply> {
  if (servesMetrics || !/^\/metrics(\?|$)/.test(request.url ?? '')) return answerOperations(request, readiness);
  return Promise.resolve({ status: 404, type: 'text/plain', body: 'the metrics of this process are served on the operations port of the gateway\n' });
}

export interface OperationsReply {
  status: number;
  type: string;
  body: string;
}

/** What `/livez`, `/readyz` and `/metrics` answer, for whoever serves them; anything else is 404. */
export async function answerOperations(request: Pick<IncomingMessage, 'method' | 'url'>, readiness: () => Promise<Readiness>): Promise<OperationsReply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, type: 'text/plain', body: 'only GET\n' };
  switch (request.url?.split('?')[0]) {
    case '/livez':
      return { status: 200, type: 'text/plain', body: 'ok\n' };
    case '/readyz': {
      const state = await readiness();
      return {
        status: state.isReady ? 200 : 503,
        type: 'application/json',
        body: `${JSON.stringify({ ready: state.isReady, checks: state.checks })}\n`,
      };
    }
    case '/metrics':
      return { status: 200, type: 'text/plain; version=0.0.4', body: await metricsText() };
    default:
      return { status: 404, type: 'text/plain', body: 'there are /livez, /readyz and /metrics\n' };
  }
}

function send(response: ServerResponse, reply: OperationsReply): void {
  response.writeHead(reply.status, { 'content-type': `${reply.type}; charset=utf-8`, 'cache-control': 'no-store' });
  response.end(reply.body);
}
