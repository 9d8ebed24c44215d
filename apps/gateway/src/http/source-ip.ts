import type { FastifyRequest } from 'fastify';

/** Address of the client: the peer, or what a proxy that the configuration trusts reports of it (Fastify `trustProxy`). */
export function sourceIpOf(request: FastifyRequest): string | null {
  return request.ip.replace(/^::ffff:/, '') || null;
}
