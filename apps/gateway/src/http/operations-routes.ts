import { answerOperations, type ReadinessChecks } from '@sifaka/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * `/livez`, `/readyz` and `/metrics` on the gateway's own port too: on a laptop, and for load balancers that know one port
 * alone. Metrics name routes and sizes of the installation, so that only this machine reads them here; a scraper elsewhere
 * uses the operations port.
 */
export function serveOperations(server: FastifyInstance, checks: ReadinessChecks): void {
  for (const path of ['/livez', '/readyz', '/metrics']) {
    server.get(path, async (request, reply) => {
      if (path === '/metrics' && !isLocal(request)) return reply.status(404).type('text/plain').send('metrics are served on SIFAKA_OPERATIONS_PORT\n');
      const { status, type, body } = await answerOperations({ method: 'GET', url: path }, () => checks.read());
      return reply.status(status).header('cache-control', 'no-store').type(`${type}; charset=utf-8`).send(body);
    });
  }
}

/** The peer itself, not what a header says of it: behind a proxy everybody is the proxy. */
function isLocal(request: FastifyRequest): boolean {
  const peer = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  return (peer === '::1' || peer.startsWith('127.')) && request.headers['x-forwarded-for'] === undefined;
}
