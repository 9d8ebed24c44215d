import { readChallengeResponse, type SystemPrincipal } from '@sifaka/contracts';
import type { RpcClient } from '@sifaka/messaging';
import type { FastifyInstance } from 'fastify';

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** RFC 8555 section 8.3; the contract takes no longer ones. */
const tokenForm = /^[A-Za-z0-9_-]{1,256}$/;

/** A CA asks from a handful of places. What strangers ask in addition must not reach the database in any number. */
const mostAtOnce = 50;

/**
 * Answers HTTP-01 challenges of orders without a `tokenDestination`: for names whose port 80 leads here. CAs come without a token of ours,
 * and whatever the name is that they ask for.
 */
export function serveChallengeResponses(server: FastifyInstance, rpc: RpcClient): void {
  let running = 0;
  server.get<{ Params: { token: string } }>('/.well-known/acme-challenge/:token', async (request, reply) => {
    const { token } = request.params;
    void reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8');
    if (!tokenForm.test(token)) return reply.status(404).send('no such token\n');
    if (running >= mostAtOnce) return reply.status(503).header('retry-after', '1').send('busy\n');
    running += 1;
    try {
      const { keyAuthorization } = await rpc.call(readChallengeResponse, { token }, { principal: self });
      if (keyAuthorization === null) void reply.status(404).send('no such token\n');
      else void reply.type('application/octet-stream').send(keyAuthorization);
    } catch {
      // The CA comes again; the call itself is logged where it failed.
      void reply.status(503).header('retry-after', '1').send('not now\n');
    } finally {
      running -= 1;
    }
    return reply;
  });
}
