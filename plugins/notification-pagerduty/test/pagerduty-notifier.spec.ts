import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeNotifier, notifierFault, startStandIn, testMessage, testNotified, withNotifier, type NotifierSubject, type SeenRequest, type StandIn, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const key = 'canary0of0the0routing0key0123456';

/** As https://developer.pagerduty.com/docs/send-alert-event has it. */
const Alert = z.strictObject({
  routing_key: z.string().length(32),
  event_action: z.literal('trigger'),
  dedup_key: z.string().min(1).max(255),
  client: z.string(),
  client_url: z.url().optional(),
  payload: z.strictObject({ summary: z.string().min(1).max(1_024), source: z.string().min(1), severity: z.enum(['info', 'warning', 'error', 'critical']), timestamp: z.iso.datetime(), component: z.string().optional(), group: z.string().optional(), class: z.string(), custom_details: z.looseObject({}) }),
  links: z.array(z.strictObject({ href: z.url(), text: z.string() })),
});

const taken: z.output<typeof Alert>[] = [];
const answersOnce: StandInAnswer[] = [];
function pagerDuty(request: SeenRequest): StandInAnswer {
  const once = answersOnce.shift();
  if (once !== undefined) return once;
  if (request.path !== '/v2/enqueue' || request.method !== 'POST') return { status: 404 };
  if (Buffer.byteLength(request.text) > 512_000) return { status: 413, body: { status: 'invalid event', message: 'Event object exceeds size limit' } };
  const alert = Alert.safeParse(request.json);
  if (!alert.success) return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors: [z.prettifyError(alert.error)] } };
  if (alert.data.routing_key !== key) return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors: [`Invalid routing key ${alert.data.routing_key}`] } };
  taken.push(alert.data);
  return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: alert.data.dedup_key } };
}

let server: StandIn;
const subject: NotifierSubject = {
  plugin,
  options: [],
  received: () => taken.map((alert) => ({ identity: alert.dedup_key, text: JSON.stringify(alert) })),
  // Shown as text by PagerDuty; in one line where it stands in lists and text messages.
  expectHarmless: () => {
    const { payload, links } = taken.at(-1) ?? {};
    for (const text of [payload?.summary, payload?.component, payload?.group, ...(links ?? []).map((link) => link.text)]) expect(text).not.toMatch(/[\r\n\u202A-\u202E]/);
    expect(links?.map(({ href }) => new URL(href).hostname)).toEqual(['sifaka.example']);
  },
  wrongCredentials: { options: named({ routing_key: 'another0routing0key0123456789012' }) },
  at: ({ host, port }) => ({ options: named({ endpoint: `http://${host}:${port}` }) }),
  speaks: 'http',
};

beforeAll(async () => {
  server = await startStandIn(pagerDuty);
  subject.options = named({ interval: 30, unit: 'days', routing_key: key, endpoint: server.url });
});
afterAll(() => server.stop());

describeNotifier(subject);

describe('an alert', () => {
  const send = (message = testMessage()) => withNotifier(subject, (notifier) => notifier.send(message));

  it('says what it is about, how urgent it is, and where to look', async () => {
    const certificate = testNotified();
    const message = testMessage({ certificates: [certificate], severity: 'critical', facts: { attempts: 4 } });
    const { reference } = await send(message);
    expect(taken.at(-1)).toMatchObject({
      dedup_key: reference,
      client_url: 'https://sifaka.example/',
      payload: {
        summary: message.subject,
        source: 'sifaka',
        severity: 'critical',
        timestamp: '2026-11-21T09:59:00.000Z',
        component: certificate.name,
        group: 'joe@owners.example',
        class: 'expiration',
        custom_details: { certificate_count: 1, certificates: [{ id: certificate.id, expires: '2026-12-01T12:00:00.000Z', endpoints: 2 }], facts: { attempts: 4 } },
      },
      links: [{ href: certificate.url, text: certificate.name }],
    });
  });

  it('of the same certificates joins the incident of the one before; of others, or of something else, it does not', async () => {
    const certificates = [testNotified(), testNotified()];
    const [first, later, reordered, other, less] = [
      await send(testMessage({ certificates, intervalDays: 30 })),
      await send(testMessage({ certificates, intervalDays: 15 })),
      await send(testMessage({ certificates: [...certificates].reverse() })),
      await send(testMessage({ certificates, event: 'revocation' })),
      await send(testMessage({ certificates: certificates.slice(1) })),
    ].map(({ reference }) => reference);
    expect([later, reordered]).toEqual([first, first]);
    expect([other, less]).not.toContain(first);
  });

  it.each<[StandInAnswer, object]>([
    [{ status: 429, body: 'Too many requests' }, { code: 'rate_limited', retryAfterMs: 30_000 }],
    [{ status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors: ["'payload.severity' is wrong"] } }, { code: 'failed_precondition', message: expect.stringContaining("Event object is invalid; 'payload.severity' is wrong") }],
    [{ status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors: ['Invalid routing key'] } }, { code: 'permission_denied' }],
    [{ status: 200, body: '<html>welcome</html>' }, { code: 'upstream_failed' }],
  ])('that is answered with %j was not taken', async (answer, fault) => {
    answersOnce.push(answer);
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()))).toMatchObject(fault);
  });

  it('goes to the region of the account', () => {
    expect(parsePluginOptions(plugin, named({ interval: 1, unit: 'days', routing_key: key, region: 'eu' }))).toMatchObject({ region: 'eu' });
    expect(() => parsePluginOptions(plugin, named({ interval: 1, unit: 'days', routing_key: 'short' }))).toThrow(/routing_key: the value does not match/);
  });
});
