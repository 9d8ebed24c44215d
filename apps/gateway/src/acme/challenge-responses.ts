import { readChallengeResponse, type SystemPrincipal } from '@sifaka/contracts';
import type { RpcClient } from '@sifaka/messaging';
import { systemClock } from '@sifaka/kernel';
import type { FastifyInstance } from 'fastify';
import { ChallengeLookups } from '../acme-challenge/challenge-lookups.js';
import { sourceIpOf } from '../http/source-ip.js';

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** RFC 8555 section 8.3; the contract takes no longer ones. */
const tokenForm = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * Answers HTTP-01 challenges of orders without a `tokenDestination`: for names whose port 80 leads here. CAs come without a token of ours,
 * and whatever the name is that they ask for; what strangers ask in addition must not reach the database in any number.
 */
export function serveChallengeResponses(server: FastifyInstance, rpc: RpcClient): void {
  const find = async (token: string) => (await rpc.call(readChallengeResponse, { token }, { principal: self })).keyAuthorization;
  const lookups = new ChallengeLookups(find, systemClock);
  server.get<{ Params: { token: string } }>('/.well-known/acme-challenge/:token', async (request, reply) => {
    const { token } = request.params;
    void reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8');
    if (!tokenForm.test(token)) return reply.status(404).send('no such token\n');
    // The CA comes again; a call that failed is logged where it failed.
    const lookup = await lookups.of(token, sourceIpOf(request) ?? '').catch(() => ({ kind: 'busy' }) as const);
    if (lookup.kind === 'busy') return reply.status(503).header('retry-after', '1').send('not now\n');
    if (lookup.kind === 'none') return reply.status(404).send('no such token\n');
    return reply.type('application/octet-stream').send(lookup.keyAuthorization);
  });
}
