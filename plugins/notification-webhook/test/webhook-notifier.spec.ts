import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeNotifier, makeNotifier, notifierFault, startStandIn, testMessage, testNotified, withNotifier, type NotifierSubject, type SeenRequest, type StandIn, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { verify } from '@sifaka/signed-webhook';
import { z } from 'zod';
import plugin from '../src/index.js';

const secret = 'open sesame, said Ali Baba';
const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));

const Event = z.object({ specversion: z.literal('1.0'), id: z.string(), source: z.string(), type: z.string(), time: z.iso.datetime(), data: z.looseObject({ text: z.string() }) });

/** A receiver as the page of the plugin describes it: it believes what is signed and fresh, and takes nothing twice. */
const taken = new Map<string, SeenRequest>();
const answersOnce: StandInAnswer[] = [];
const now = new Date('2026-11-21T10:00:03Z');
function receive(request: SeenRequest): StandInAnswer {
  const header = (name: string) => (typeof request.headers[name] === 'string' ? request.headers[name] : null);
  const verdict = verify([secret], { timestamp: header('x-sifaka-timestamp'), signature: header('x-sifaka-signature'), content: request.text }, now);
  if (verdict !== 'ok') return { status: 401, body: `${verdict}: ${header('x-sifaka-signature')}` };
  const once = answersOnce.shift();
  if (once !== undefined) return once;
  const { id } = Event.parse(request.json);
  if (taken.has(id)) return { status: 409 };
  taken.set(id, request);
  return { status: 202, body: { reference: `ticket-${taken.size}` } };
}

let receiver: StandIn;
const subject: NotifierSubject = {
  plugin,
  options: [],
  received: () => [...taken].map(([identity, { text }]) => ({ identity, text })),
  // JSON quotes everything; what a receiver does with it is its business.
  expectHarmless: () => {
    const request = [...taken.values()].at(-1);
    expect(request?.url).toBe('/hook?tenant=7');
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual(['accept', 'accept-encoding', 'accept-language', 'connection', 'content-length', 'content-type', 'host', 'idempotency-key', 'sec-fetch-mode', 'user-agent', 'x-sifaka-signature', 'x-sifaka-timestamp']);
  },
  wrongCredentials: { options: named({ secret: 'not the secret that is shared' }) },
  at: ({ host, port }) => ({ options: named({ url: `http://${host}:${port}/hook` }) }),
  speaks: 'http',
};

beforeAll(async () => {
  receiver = await startStandIn(receive);
  subject.options = named({ interval: 30, unit: 'days', url: `${receiver.url}/hook?tenant=7`, secret });
});
afterAll(() => receiver.stop());

describeNotifier(subject);

describe('a webhook', () => {
  const send = (message = testMessage()) => withNotifier(subject, (notifier) => notifier.send(message));

  it('gets a CloudEvent that says all there is to say of a certificate', async () => {
    const certificate = testNotified({ replaces: ['before.example.test'] });
    const message = testMessage({ certificates: [certificate], facts: { attempts: 3 } });
    expect(await send(message)).toEqual({ reference: `ticket-${taken.size}` });
    const request = taken.get(message.deliveryId);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/cloudevents+json; charset=utf-8', 'idempotency-key': message.deliveryId });
    expect(request?.json).toEqual({
      specversion: '1.0',
      id: message.deliveryId,
      source: '/sifaka/notify',
      type: 'sifaka.notification.expiration',
      subject: certificate.name,
      time: '2026-11-21T09:59:00.000Z',
      datacontenttype: 'application/json',
      data: {
        event: 'expiration',
        severity: 'warning',
        subject: message.subject,
        text: message.text,
        intervalDays: 30,
        certificateCount: 1,
        certificates: [{ ...certificate, notBefore: '2026-09-01T00:00:00.000Z', notAfter: '2026-12-01T12:00:00.000Z' }],
        facts: { attempts: 3 },
      },
    });
  });

  it('is signed anew at each attempt, so that it is fresh', async () => {
    const message = testMessage();
    answersOnce.push({ status: 503 });
    const { notifier, context } = makeNotifier(subject);
    await expect(notifier.send(message)).rejects.toMatchObject({ code: 'upstream_failed' });
    context.clock.advance(60_000);
    await notifier.send(message);
    const [first, second] = receiver.requests.slice(-2);
    expect(second?.text).toBe(first?.text);
    expect(Number(second?.headers['x-sifaka-timestamp']) - Number(first?.headers['x-sifaka-timestamp'])).toBe(60);
  });

  it('that has it already answers 409, which is as good', async () => {
    const message = testMessage();
    await send(message);
    expect(await send(message)).toEqual({ reference: null });
  });

  it.each<[StandInAnswer, object]>([
    [{ status: 410 }, { code: 'failed_precondition', reason: 'notification.webhook_gone' }],
    [{ status: 422, body: { error: `no such tenant, ${secret}` } }, { code: 'failed_precondition', message: expect.stringMatching(/no such tenant, \*\*\*/) }],
    [{ status: 404, body: 'no such page' }, { code: 'not_found', message: expect.stringContaining('no such page') }],
    [{ status: 401 }, { code: 'permission_denied' }],
  ])('that answers %j has not taken it', async (answer, fault) => {
    answersOnce.push(answer);
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()))).toMatchObject(fault);
  });
});

describe('the address of a webhook', () => {
  const parse = (url: string) => () => parsePluginOptions(plugin, named({ interval: 30, unit: 'days', url, secret }));

  it.each(['https://joe@hook.example/', 'https://joe:pw@hook.example/', 'https://:pw@hook.example/'])('has no credentials in it: %s is refused', (url) => {
    expect(parse(url)).toThrow(/url: must be without user name and password/);
    expect(parse(url)).not.toThrow(/joe|pw@/);
  });

  it('is a secret, for its path and query may let in', async () => {
    expect(plugin.pluginOptions().find(({ name }) => name === 'url')).toMatchObject({ sensitive: true, required: true });
    const url = `${receiver.url}/hook/canary-of-path?code=canary-of-query&tenant=7`;
    answersOnce.splice(0, answersOnce.length, { status: 422, body: { error: `no such page: ${url}` } }, { status: 422, body: { error: 'wrong code canary-of-query' } });
    for (const _time of [1, 2]) {
      const { message } = await notifierFault(subject, (notifier) => notifier.send(testMessage()), { options: named({ url }) });
      expect(message).toContain('***');
      expect(message).not.toContain('canary');
    }
  });
});
