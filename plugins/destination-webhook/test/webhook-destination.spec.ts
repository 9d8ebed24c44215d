import { createHash, createHmac, createPrivateKey, timingSafeEqual, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeDestination, makeDestination, startStandIn, testContext, testDeployable, testSuccessor, type DestinationSubject, type SeenRequest, type StandIn, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import plugin from '../src/index.js';

const secret = 'open sesame, said Ali Baba';
const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const deployed = <Certificate extends object>(certificate: Certificate) => ({ ...certificate, externalId: null });

const Message = z.object({ event: z.string(), certificate: z.object({ name: z.string(), fingerprint: z.string(), certificatePem: z.string().optional() }).optional() });

/** A receiver as the page of the plugin describes it. */
const held = new Map<string, string>();
let answersOnce: StandInAnswer[] = [];
function receive(request: SeenRequest): StandInAnswer {
  const timestamp = String(request.headers['x-sifaka-timestamp']);
  const expected = `sha256=${createHmac('sha256', secret).update(`${timestamp}.${request.method === 'GET' ? request.query.toString() : request.text}`).digest('hex')}`;
  const given = String(request.headers['x-sifaka-signature']);
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return { status: 401, body: `no signature of ours: ${given}` };
  const once = answersOnce.shift();
  if (once !== undefined) return once;
  const fingerprintOf = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
  if (request.method === 'GET') {
    const found = [...held.values()].filter((each) => each.startsWith('-----')).map(fingerprintOf).find((each) => each === request.query.get('fingerprint'));
    return found === undefined ? { status: 404 } : { body: { fingerprint: found } };
  }
  const { event, certificate } = Message.parse(request.json);
  if (certificate === undefined) return { status: 204 };
  const { name, fingerprint, certificatePem } = certificate;
  const before = held.get(name);
  if (event === 'certificate.deployed' && certificatePem !== undefined) held.set(name, certificatePem);
  else if (before !== undefined && fingerprintOf(before) === fingerprint) held.delete(name);
  else return { status: 404 };
  return { body: { externalId: `store/${name}` } };
}

let receiver: StandIn;
const subject: DestinationSubject = {
  plugin,
  options: [],
  contents: () => new Map([...held].map(([name, pem]) => [name, Buffer.from(pem)])),
  plantBeside: ({ name }) => void held.set(`${name}-of-somebody-else`, 'foreign'),
  wrongCredentials: named({ secret: 'not the secret that is shared' }),
  away: named({ url: 'http://127.0.0.1:1/hook' }),
};
const one = (changes: Record<string, unknown> = {}) => makeDestination(subject, named(changes)).destination;

beforeAll(async () => {
  receiver = await startStandIn(receive);
  subject.options = named({ url: `${receiver.url}/hook?tenant=7`, secret, verifyByGet: true });
});
afterAll(() => receiver.stop());

describeDestination(subject);

describe('a webhook', () => {
  it('is told of a certificate with its chain and what it replaces, signed, and never of its key', async () => {
    const first = testDeployable();
    const certificate = testSuccessor(first, 'store/first');
    expect(await one().upload(certificate)).toEqual({ externalId: `store/${certificate.name}` });
    const request = receiver.requests.at(-1);
    expect(request).toMatchObject({
      method: 'POST',
      url: '/hook?tenant=7',
      headers: {
        'content-type': 'application/json',
        'x-sifaka-event': 'certificate.deployed',
        'x-sifaka-fingerprint': certificate.fingerprint,
        'idempotency-key': `certificate.deployed:${certificate.fingerprint}`,
        'x-sifaka-timestamp': String(Date.parse('2026-11-21T10:00:00Z') / 1_000),
      },
      json: {
        event: 'certificate.deployed',
        certificate: { name: certificate.name, commonName: certificate.commonName, fingerprint: certificate.fingerprint },
        replaces: [{ name: first.name, fingerprint: first.fingerprint, externalId: 'store/first' }],
      },
    });
    expect(request?.text.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(request?.text).not.toContain('PRIVATE');
    expect(plugin.needsKey?.(parsePluginOptions(plugin, subject.options))).toBe(false);
  });

  it('gets the key where that was asked for, by HTTPS alone', async () => {
    const sent: unknown[] = [];
    const fetch: typeof globalThis.fetch = (_input, init) => (sent.push(init?.body), Promise.resolve(new Response(null, { status: 204 })));
    const values = { url: 'https://hooks.example.test/', secret, includePrivateKey: true };
    const options = parsePluginOptions(plugin, named(values));
    expect(plugin.needsKey?.(options)).toBe(true);
    const destination = plugin.create(options, testContext({ fetch }));
    const certificate = testDeployable();
    expect(await destination.upload(certificate)).toEqual({ externalId: null });
    const { privateKeyPem } = z.object({ certificate: z.object({ privateKeyPem: z.string() }) }).parse(JSON.parse(String(sent[0]))).certificate;
    expect(new X509Certificate(certificate.certificateDer).checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
    await expect(destination.upload({ ...certificate, privateKeyPkcs8Der: null })).rejects.toMatchObject({ code: 'failed_precondition' });
    expect(() => parsePluginOptions(plugin, named({ ...values, url: 'http://hooks.example.test/' }))).toThrow(/url: must be an address with https/);
  });

  it('may say that it has done it already, or that there is nothing left to do', async () => {
    const certificate = testDeployable();
    answersOnce = [{ status: 409, body: { externalId: 'as before' } }, { status: 410 }, { status: 404 }];
    expect(await one().upload(certificate)).toEqual({ externalId: 'as before' });
    for (let time = 1; time <= 2; time += 1) await expect(one().remove?.(deployed(certificate))).resolves.toBeUndefined();
  });

  it.each<[StandInAnswer, object]>([
    [{ status: 410 }, { code: 'failed_precondition', reason: 'destination.webhook_gone' }],
    [{ status: 422, body: { error: `no such tenant, ${secret}` } }, { code: 'failed_precondition', message: expect.stringMatching(/answered POST with 422: .*no such tenant, \*\*\*/) }],
    [{ status: 429, headers: { 'retry-after': '7' } }, { code: 'rate_limited', retryAfterMs: 7_000 }],
    [{ status: 302, headers: { location: 'https://login.example.test/in?back=1' } }, { code: 'not_found', reason: 'outbound.redirect', message: expect.stringMatching(/answers 302 to login\.example\.test: redirects are not followed; enter the final address$/) }],
    [{ status: 503, body: 'busy' }, { code: 'upstream_failed', message: expect.stringContaining('busy') }],
  ])('that answers %j has not taken it', async (answer, fault) => {
    answersOnce = [answer];
    await expect(one().upload(testDeployable())).rejects.toMatchObject(fault);
  });

  it('is not asked what it holds unless it answers that', () => {
    expect(Reflect.get(one(), 'verify')).toBeInstanceOf(Function);
    expect(Reflect.get(one({ verifyByGet: false }), 'verify')).toBeUndefined();
  });
});
