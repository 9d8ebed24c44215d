import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeNotifier, notifierFault, startStandIn, testContext, testMessage, testNotified, withNotifier, type NotifierSubject, type SeenRequest, type StandIn, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const signature = 'canary-of-the-signature';
const path = '/workflows/0a1b2c3d/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=';

const Run = z.strictObject({ type: z.literal('TextRun'), text: z.string().min(1), weight: z.literal('bolder').optional(), size: z.literal('large').optional(), color: z.enum(['accent', 'warning', 'attention']).optional(), isSubtle: z.boolean().optional(), selectAction: z.strictObject({ type: z.literal('Action.OpenUrl'), url: z.url() }).optional() });
const Block = z.strictObject({ type: z.literal('RichTextBlock'), inlines: z.array(Run).min(1), separator: z.boolean().optional() });
const Card = z.strictObject({ $schema: z.string(), type: z.literal('AdaptiveCard'), version: z.literal('1.4'), fallbackText: z.string(), msteams: z.object({ width: z.literal('Full') }), body: z.array(Block).min(1) });
const Message = z.strictObject({ type: z.literal('message'), attachments: z.tuple([z.strictObject({ contentType: z.literal('application/vnd.microsoft.card.adaptive'), contentUrl: z.null(), content: Card })]) });

/** A workflow as Microsoft describes it: it takes a message with one card, of 28 KB at most. */
const posted: z.output<typeof Card>[] = [];
const answersOnce: StandInAnswer[] = [];
function workflow(request: SeenRequest): StandInAnswer {
  if (request.query.get('sig') !== signature) return { status: 401, body: { error: { code: 'DirectApiAuthorizationRequired', message: `sig ${request.query.get('sig')} is not valid` } } };
  const once = answersOnce.shift();
  if (once !== undefined) return once;
  if (Buffer.byteLength(request.text) > 28 * 1_024) return { status: 413, body: 'RequestEntityTooLarge' };
  const message = Message.safeParse(request.json);
  if (!message.success) return { status: 400, body: { error: { code: 'InvalidRequest', message: z.prettifyError(message.error) } } };
  posted.push(message.data.attachments[0].content);
  return { status: 202, headers: { 'x-ms-workflow-run-id': `run-${posted.length}` } };
}

const textOf = ({ body }: z.output<typeof Card>) => body.map(({ inlines }) => inlines.map(({ text }) => text).join('')).join('\n');

let server: StandIn;
const subject: NotifierSubject = {
  plugin,
  options: [],
  received: () => posted.map((card) => ({ identity: null, text: textOf(card) })),
  expectHarmless: () => {
    const card = posted.at(-1);
    // Markdown means nothing in runs of text, and no link is there but that of the page.
    expect(card?.body.flatMap(({ inlines }) => inlines.flatMap(({ selectAction }) => selectAction?.url ?? []))).toEqual([expect.stringMatching(/^https:\/\/sifaka\.example\//)]);
    expect(JSON.stringify(card)).not.toMatch(/\\[nr]|[\u202A-\u202E]|"entities"/);
  },
  wrongCredentials: null,
  at: ({ host, port }) => ({ options: named({ webhook: `http://${host}:${port}${path}${signature}` }) }),
  speaks: 'http',
};

beforeAll(async () => {
  server = await startStandIn(workflow);
  subject.options = named({ interval: 30, unit: 'days', webhook: `${server.url}${path}${signature}` });
  subject.wrongCredentials = { options: named({ webhook: `${server.url}${path}another-signature` }) };
});
afterAll(() => server.stop());

describeNotifier(subject);

describe('a card in Teams', () => {
  it('names the certificate with its page, owner, end and endpoints', async () => {
    const certificate = testNotified({ endpointCount: 1 });
    const receipt = await withNotifier(subject, (notifier) => notifier.send(testMessage({ certificates: [certificate], severity: 'critical' })));
    expect(receipt).toEqual({ reference: `run-${posted.length}` });
    expect(posted.at(-1)?.body).toEqual([
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'Sifaka: 1 certificate(s) end', weight: 'bolder', size: 'large', color: 'attention' }] },
      { type: 'RichTextBlock', separator: true, inlines: [{ type: 'TextRun', text: certificate.name, weight: 'bolder', selectAction: { type: 'Action.OpenUrl', url: certificate.url } }] },
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'Owner joe@owners.example · expires 2026-12-01 12:00 UTC · 1 endpoint detected', isSubtle: true }] },
    ]);
  });

  it('says in words what the certificates do not say', async () => {
    await withNotifier(subject, (notifier) => notifier.send(testMessage({ event: 'reissue_failed', text: 'The CA said no.\nTwice.\n\n\nNext try at noon.' })));
    expect(posted.at(-1)?.body.slice(1, 3).map(({ inlines }) => inlines[0]?.text)).toEqual(['The CA said no. Twice.', 'Next try at noon.']);
  });

  it.each([
    ['Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x.', { code: 'rate_limited', retryAfterMs: 60_000 }],
    ['Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 503 with ContextId x.', { code: 'upstream_failed' }],
    ['Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 403 with ContextId x.', { code: 'permission_denied' }],
  ])('that a connector takes and Teams does not is not delivered: %s', async (body, fault) => {
    answersOnce.push({ body });
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()))).toMatchObject(fault);
  });

  it('that finds no workflow waits for one', async () => {
    answersOnce.push({ status: 404, body: { error: { code: 'WorkflowNotFound' } } });
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()))).toMatchObject({ code: 'not_found', message: expect.stringContaining('WorkflowNotFound') });
  });

  it('that a connector takes is delivered', async () => {
    answersOnce.push({ body: '1' });
    expect(await withNotifier(subject, (notifier) => notifier.send(testMessage()))).toEqual({ reference: null });
  });
});

describe('addresses of workflows', () => {
  const make = (webhook: string) => () => plugin.create(parsePluginOptions(plugin, named({ interval: 2, unit: 'weeks', webhook })), testContext());

  it.each(['https://prod-12.westeurope.logic.azure.com:443/workflows/x?sig=y', 'https://default0a.1b.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/x?sig=y', 'https://contoso.webhook.office.com/webhookb2/x'])('are taken: %s', (webhook) => {
    expect(make(webhook)).not.toThrow();
  });

  it.each(['http://prod-12.westeurope.logic.azure.com/x', 'https://logic.azure.com.evil.example/x', 'https://evillogic.azure.com.example/', 'https://10.0.0.1/x', 'https://evil.example/logic.azure.com', 'https://user@prod.logic.azure.com/x'])('are not what others have: %s', (webhook) => {
    expect(make(webhook)).toThrow(/webhook: must be the https address of a workflow/);
  });
});
