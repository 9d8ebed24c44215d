import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answerOcsp, listRevocationVersions } from '@sifaka/contracts';
import { AppError, fixedClock } from '@sifaka/kernel';
import type { CallOptions, RpcClient } from '@sifaka/messaging';
import { der, encodeOcspRequest, ocspCertId, parseOcspResponse } from '@sifaka/pki';
import Fastify, { type FastifyInstance } from 'fastify';
import { readableAddress } from '../http/broken-request.js';
import { servePublicAddresses } from './public-addresses.js';

const clock = fixedClock(new Date('2026-01-01T00:00:00Z'));
const issuer = { subjectDer: Buffer.from('3000', 'hex'), spki: Buffer.concat([Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'), randomBytes(64)]) };
const certId = ocspCertId(issuer, 5n);

/** An issuer that counts what it is asked. */
class Issuer {
  readonly asked: string[] = [];
  readonly timeouts: (number | undefined)[] = [];
  isAway = false;

  call(contract: { subject: string }, _input: unknown, { timeoutMs }: CallOptions): Promise<unknown> {
    if (this.isAway) return Promise.reject(new AppError('unavailable', 'away'));
    this.asked.push(contract.subject);
    if (contract.subject === listRevocationVersions.subject) {
      this.timeouts.push(timeoutMs);
      return Promise.resolve({ authorities: [{ authorityId: 1, slug: 'CA', version: '1', crlNumber: null, deltaNumber: null }] });
    }
    return Promise.resolve({ response: Buffer.from(`answer ${this.asked.length}`).toString('base64'), expiresAt: '2026-01-01T12:00:00Z', thisUpdate: '2026-01-01T00:00:00Z', version: '1' });
  }
}

let issuerService: Issuer;
let server: FastifyInstance;

beforeEach(() => {
  issuerService = new Issuer();
  server = Fastify({ rewriteUrl: readableAddress });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  servePublicAddresses(server, issuerService as unknown as RpcClient, clock);
});
afterEach(() => server.close());

const post = async (request: Buffer) => (await server.inject({ method: 'POST', url: '/ocsp/CA', headers: { 'content-type': 'application/ocsp-request' }, payload: request })).rawPayload;
const get = async (request: Buffer) => (await server.inject({ method: 'GET', url: `/ocsp/CA/${encodeURIComponent(request.toString('base64'))}` })).rawPayload;
const answers = () => issuerService.asked.filter((subject) => subject === answerOcsp.subject);

describe('the address of a responder', () => {
  it('gives by POST what was asked for by GET, without asking anew', async () => {
    const request = encodeOcspRequest({ certIds: [certId] });
    const first = await get(request);
    expect(await post(request)).toEqual(first);
    expect(answers()).toHaveLength(1);
  });

  it('refuses nonces of other than 1 to 128 octets before anybody is asked (RFC 9654)', async () => {
    const withNonce = (octets: number) => {
      const extension = der.sequence(der.oid('1.3.6.1.5.5.7.48.1.2'), der.octetString(der.octetString(randomBytes(octets))));
      return der.sequence(der.sequence(der.sequence(der.sequence(certId.der)), der.explicit(2, der.sequence(extension))));
    };
    for (const octets of [0, 129, 500]) expect(parseOcspResponse(await post(withNonce(octets)))).toEqual({ status: 'malformedRequest' });
    expect(answers()).toHaveLength(0);
    for (const octets of [1, 128]) await post(withNonce(octets));
    expect(answers()).toHaveLength(2);
  });

  it.each(['', '/', '/%ff', '/%00%ff', '/%zz', '/%', '/ä', '/not.base64', '/?x=%zz', '//', '/AAAA', `/${'!'.repeat(5_000)}`])('answers GET %s, which is no request, malformedRequest', async (rest) => {
    const answer = await server.inject({ method: 'GET', url: `/ocsp/CA${rest}` });
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([200, 'application/ocsp-response', 'no-store']);
    expect(parseOcspResponse(answer.rawPayload)).toEqual({ status: 'malformedRequest' });
  });

  it.each(['', '/', '/%ff', '/%zz', '/x.y'])('knows no authority at /ocsp/nobody%s', async (rest) => {
    const answer = await server.inject({ method: 'GET', url: `/ocsp/nobody${rest}` });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
  });

  it('says nothing of authorities before it has heard of any', async () => {
    issuerService.isAway = true;
    expect(parseOcspResponse(await post(encodeOcspRequest({ certIds: [certId] })))).toEqual({ status: 'tryLater' });
    expect((await server.inject({ method: 'GET', url: '/crl/CA.crl' })).statusCode).toBe(503);
    expect((await server.inject({ method: 'GET', url: '/ca/CA.cer' })).statusCode).toBe(503);
  });

  it('answers while the service is away from what it has, and asks what is new so that a lost call holds nobody up', async () => {
    const request = encodeOcspRequest({ certIds: [certId] });
    const first = await post(request);
    // Two calls, of which the first got lost, and a second between them: still within the five seconds that a revocation may take.
    expect(issuerService.timeouts.every((timeoutMs) => timeoutMs !== undefined && timeoutMs <= 1_500)).toBe(true);
    issuerService.isAway = true;
    expect(await post(request)).toEqual(first);
    expect(parseOcspResponse(await post(encodeOcspRequest({ certIds: [ocspCertId(issuer, 6n)] })))).toEqual({ status: 'tryLater' });
  });
});
