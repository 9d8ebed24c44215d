import { answerOcsp, findCrl, listRevocationVersions, readAuthorityCertificate, readCrl, type SystemPrincipal } from '@sifaka/contracts';
import { isAppError, type Clock } from '@sifaka/kernel';
import type { RpcClient } from '@sifaka/messaging';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { CrlCopies, type CrlCopy, type CrlKind } from './crl-copies.js';
import { LentCopies } from './lent-copies.js';
import { OcspAnswers, type OcspAnswer } from './ocsp-answers.js';
import { RevocationVersions } from './revocation-versions.js';

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };
const asSelf = { principal: self };

/**
 * What certificates point at, for everybody and without a token: `/crl/{slug}.crl`, `/crl/{slug}-delta.crl`, `/ocsp/{slug}` and
 * `/ca/{slug}.cer`. Everything here is signed, and most of it is kept: what strangers ask must not reach the database in any number.
 */
export function servePublicAddresses(server: FastifyInstance, rpc: RpcClient, clock: Clock): void {
  const versions = new RevocationVersions(async (since) => (await rpc.call(listRevocationVersions, { since }, { ...asSelf, timeoutMs: versionsTimeoutMs })).authorities);
  server.addHook('onClose', () => versions.stop());
  serveCrls(server, new CrlCopies(versions, originOf(rpc), clock));
  serveOcsp(server, new OcspAnswers(versions, (slug, request) => rpc.call(answerOcsp, { slug, request: request.toString('base64') }, asSelf), clock), clock);
  serveCertificates(server, rpc, versions);
}

const originOf = (rpc: RpcClient) => ({
  find: (slug: string, kind: CrlKind) => rpc.call(findCrl, { slug, kind }, asSelf),
  read: async ({ authorityId, kind, number }: CrlCopy['record'], offset: number) => Buffer.from((await rpc.call(readCrl, { authorityId, kind, number, offset }, asSelf)).bytes, 'base64'),
});

function serveCrls(server: FastifyInstance, copies: CrlCopies): void {
  const lent = new LentCopies();
  const lentTo = async (reply: FastifyReply, found: Promise<CrlCopy | null>): Promise<CrlCopy | null> => {
    const copy = await found;
    if (copy !== null) lent.lend(copy.bytes, reply.raw);
    return copy;
  };
  server.get<{ Params: { file: string } }>('/crl/:file', async (request, reply) => {
    const name = /^(.{1,256}?)(-delta)?\.crl$/.exec(request.params.file);
    if (name === null) return missing(reply);
    const [, slug = '', delta] = name;
    const copy = await orNull(lentTo(reply, copies.of(slug, delta === undefined ? 'full' : 'delta')), reply);
    if (reply.sent) return reply;
    if (copy === null) return missing(reply);
    const { thisUpdate, sha256 } = copy.record;
    void reply.type('application/pkix-crl').header('cache-control', `public, max-age=${crlMaxAgeSeconds}`);
    return sendOnce(request, reply, { bytes: copy.bytes, etag: `"${sha256.slice(0, 32)}"`, modifiedAt: new Date(thisUpdate) });
  });
}

function serveOcsp(server: FastifyInstance, answers: OcspAnswers, clock: Clock): void {
  const respond = async (slug: string, request: Buffer): Promise<OcspAnswer> => answers.known(slug, request) ?? answers.of(slug, request);
  const options = { bodyLimit: ocspBodyBytes };
  for (const path of ['/ocsp/:slug', '/ocsp/:slug/']) {
    server.post<{ Params: { slug: string } }>(path, options, async ({ params, body }, reply) => {
      if (!isSlug(params.slug)) return refused(reply, 404, 'there is no such authority');
      const answer = await respond(params.slug, Buffer.isBuffer(body) ? body : Buffer.alloc(0));
      void reply.type('application/ocsp-response').header('cache-control', cacheControl(answer, clock));
      return reply.send(answer.response);
    });
  }
  server.get<{ Params: { slug: string } }>('/ocsp/:slug', ({ params }, reply) => sendNoRequest(params.slug, answers, reply));
  server.get<{ Params: { slug: string; '*': string } }>('/ocsp/:slug/*', async (request, reply) => {
    const { slug, '*': text } = request.params;
    if (!isSlug(slug) || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return sendNoRequest(slug, answers, reply);
    if (text.length > ocspTextChars) return refused(reply, 414, 'send a request of this length by POST');
    const answer = await respond(slug, Buffer.from(text, 'base64'));
    void reply.type('application/ocsp-response').header('cache-control', cacheControl(answer, clock));
    const { kept } = answer;
    if (kept === null) return reply.send(answer.response);
    void reply.header('expires', kept.expiresAt.toUTCString());
    return sendOnce(request, reply, { bytes: answer.response, etag: kept.etag, modifiedAt: kept.thisUpdate });
  });
}

/** What holds no base64 of a request (RFC 6960 appendix A.1) is answered in the protocol too, by whoever is there to be asked. */
async function sendNoRequest(slug: string, answers: OcspAnswers, reply: FastifyReply): Promise<FastifyReply> {
  const answer = isSlug(slug) ? await answers.ofNoRequest(slug) : null;
  if (answer === null) return refused(reply, 404, 'there is no such authority');
  return reply.type('application/ocsp-response').header('cache-control', 'no-store').send(answer.response);
}

function serveCertificates(server: FastifyInstance, rpc: RpcClient, versions: RevocationVersions): void {
  const kept = new LRUCache<string, Buffer>({ max: keptCertificates });
  const read = async (slug: string): Promise<Buffer | null> => {
    if ((await versions.of(slug)) === null) return null;
    const { certificateDer } = await rpc.call(readAuthorityCertificate, { slug }, asSelf);
    return Buffer.from(certificateDer, 'base64');
  };
  server.get<{ Params: { file: string } }>('/ca/:file', async (request, reply) => {
    const [, slug] = /^(.{1,256})\.cer$/.exec(request.params.file) ?? [];
    if (slug === undefined) return missing(reply);
    const certificate = kept.get(slug) ?? (await orNull(read(slug), reply));
    if (reply.sent) return reply;
    if (certificate === null) return missing(reply);
    kept.set(slug, certificate);
    // It never changes.
    return reply.type('application/pkix-cert').header('cache-control', 'public, max-age=86400').send(certificate);
  });
}

interface Sendable {
  bytes: Buffer;
  etag: string;
  modifiedAt: Date;
}

/** RFC 9110 section 13: whoever has it already is told so. */
function sendOnce(request: FastifyRequest, reply: FastifyReply, { bytes, etag, modifiedAt }: Sendable): FastifyReply {
  void reply.header('etag', etag).header('last-modified', modifiedAt.toUTCString());
  const { 'if-none-match': tags, 'if-modified-since': since } = request.headers;
  const isKnown = tags === undefined ? since !== undefined && Date.parse(since) >= Math.floor(modifiedAt.getTime() / 1_000) * 1_000 : tags.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
  return isKnown ? reply.status(304).send() : reply.send(bytes);
}

/** RFC 5019 section 6.2, but for a minute at most: a revocation is to be seen soon, whatever stands in between. */
function cacheControl({ kept }: OcspAnswer, clock: Clock): string {
  if (kept === null) return 'no-store';
  const leftSeconds = Math.floor((kept.expiresAt.getTime() - clock.now().getTime()) / 1_000);
  return `max-age=${Math.max(0, Math.min(ocspMaxAgeSeconds, leftSeconds))}, public, no-transform, must-revalidate`;
}

/** Null for what is not there; an answer of its own for a service that is away. */
async function orNull<T>(found: Promise<T>, reply: FastifyReply): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (!isAppError(error) || error.code !== 'not_found') void refused(reply, 503, 'not now').header('retry-after', '1');
    return null;
  }
}

const isSlug = (text: string): boolean => text.length <= 256;
const missing = (reply: FastifyReply): FastifyReply => refused(reply, 404, 'there is nothing at this address');
const refused = (reply: FastifyReply, status: number, text: string): FastifyReply => reply.status(status).type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(`${text}\n`);

/** A call that got lost with the process that had it, a second to the next one, and that one: a revocation is seen within five seconds of the service being back. */
const versionsTimeoutMs = 1_500;
/** Together with the making of a list and a second to hear of it, less than a minute. */
const crlMaxAgeSeconds = 30;
const ocspMaxAgeSeconds = 60;
/** Twenty certificates take 2 kB, a signature of the asker with its chain some more. */
const ocspBodyBytes = 16 * 1_024;
const ocspTextChars = 4_096;
const keptCertificates = 1_000;
