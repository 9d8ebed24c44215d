import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeNotifier, makeNotifier, notifierFault, startStandIn, testContext, testMessage, testNotified, withNotifier, type NotifierSubject, type SeenRequest, type StandIn, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const token = 'xoxb-canary-of-the-token-0123456789';
const path = '/services/T0000/B0000/canary-of-the-webhook';

const Attachment = z.strictObject({ fallback: z.string().min(1), color: z.string(), title: z.string().max(250).optional(), title_link: z.url().optional(), text: z.string().max(4_000).optional(), fields: z.array(z.strictObject({ title: z.string(), value: z.string(), short: z.boolean() })).max(10).optional(), mrkdwn_in: z.tuple([]) });
const Message = z.strictObject({ text: z.string().min(1).max(4_000), mrkdwn: z.literal(false), unfurl_links: z.literal(false), unfurl_media: z.literal(false), username: z.string(), channel: z.string().optional(), attachments: z.array(Attachment).max(20) });

/** Both interfaces, as https://docs.slack.dev describes them. */
const posted: z.output<typeof Message>[] = [];
const answersOnce: StandInAnswer[] = [];
function slack(request: SeenRequest): StandInAnswer {
  const isApi = request.path.startsWith('/api/');
  if (isApi && request.headers.authorization !== `Bearer ${token}`) return { body: { ok: false, error: 'invalid_auth' } };
  if (!isApi && request.path !== path) return { status: 403, body: 'invalid_token' };
  const once = answersOnce.shift();
  if (once !== undefined) return once;
  if (request.path === '/api/auth.test') return { body: { ok: true, team: 'T0000' } };
  const message = Message.safeParse(request.json);
  if (!message.success) return isApi ? { body: { ok: false, error: 'invalid_arguments', details: z.prettifyError(message.error) } } : { status: 400, body: 'invalid_payload' };
  posted.push(message.data);
  return isApi ? { body: { ok: true, channel: 'C0123456789', ts: `1795255200.00${posted.length}`, message: {} } } : { body: 'ok' };
}

let server: StandIn;
const basic = { interval: 30, unit: 'days' };
const shared: Omit<NotifierSubject, 'options' | 'wrongCredentials' | 'at'> = {
  plugin,
  received: () => posted.map((message) => ({ identity: null, text: JSON.stringify(message) })),
  expectHarmless: () => {
    const all = JSON.stringify(posted.at(-1));
    expect(all).not.toMatch(/[<>]|[\u202A-\u202E]/);
    expect(all).toContain('&lt;!channel&gt;');
    expect(posted.at(-1)?.attachments).toHaveLength(1);
  },
  speaks: 'http',
};
const byWebhook: NotifierSubject = { ...shared, options: [], wrongCredentials: null, at: () => ({}) };
const byToken: NotifierSubject = { ...shared, options: [], wrongCredentials: { options: named({ token: 'xoxb-another-token-0123456789' }) }, at: ({ host, port }) => ({ options: named({ api_url: `http://${host}:${port}/api` }) }) };

beforeAll(async () => {
  server = await startStandIn(slack);
  const elsewhere = ({ host, port }: { host: string; port: number }) => ({ options: named({ webhook: `http://${host}:${port}${path}` }) });
  Object.assign(byWebhook, { options: named({ ...basic, webhook: `${server.url}${path}`, recipients: '#certs' }), wrongCredentials: { options: named({ webhook: `${server.url}/services/T0000/B0000/another-webhook` }) }, at: elsewhere });
  byToken.options = named({ ...basic, token, channel: 'C0123456789', api_url: `${server.url}/api` });
});
afterAll(() => server.stop());

describe('by webhook', () => {
  // `create` of a plugin with a stand-in needs a context that an administrator opened.
  describeNotifier(byWebhook);
});
describe('by token', () => describeNotifier(byToken));

describe('a message in Slack', () => {
  const send = (message = testMessage(), subject = byWebhook) => withNotifier(subject, (notifier) => notifier.send(message));

  it('has a card for each certificate: name, page, owner, end, endpoints', async () => {
    const certificate = testNotified();
    expect(await send(testMessage({ certificates: [certificate], severity: 'critical' }))).toEqual({ reference: null });
    expect(posted.at(-1)).toEqual({
      text: 'Sifaka: 1 certificate(s) end',
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
      username: 'Sifaka',
      channel: '#certs',
      attachments: [
        {
          fallback: certificate.name,
          color: 'danger',
          title: certificate.name,
          title_link: certificate.url,
          fields: [
            { title: 'Owner', value: 'joe@owners.example', short: true },
            { title: 'Expires', value: '2026-12-01 12:00 UTC', short: true },
            { title: 'Endpoints Detected', value: '2', short: true },
          ],
          mrkdwn_in: [],
        },
      ],
    });
  });

  it('says in words what no card says', async () => {
    await send(testMessage({ event: 'reissue_failed', text: 'The CA answered: quota <exceeded> & gone\n\nNext try at noon.' }));
    expect(posted.at(-1)?.attachments[0]?.text).toBe('The CA answered: quota &lt;exceeded&gt; &amp; gone\n\nNext try at noon.');
  });

  it('is known by its time stamp where a bot wrote it', async () => {
    expect((await send(testMessage(), byToken)).reference).toBe(`1795255200.00${posted.length}`);
    expect(posted.at(-1)?.channel).toBe('C0123456789');
  });

  it.each([
    ['not_in_channel', 'permission_denied', /invite the bot/],
    ['missing_scope', 'permission_denied', /needs the scope chat:write/],
    ['token_revoked', 'permission_denied', /token_revoked/],
    ['ratelimited', 'rate_limited', /ratelimited/],
    ['internal_error', 'upstream_failed', /internal_error/],
    ['channel_not_found', 'not_found', /the channel is unknown/],
    ['msg_too_long', 'failed_precondition', /msg_too_long/],
    ['something_new', 'upstream_failed', /something_new/],
  ])('that the web API refuses with %s says so', async (error, code, message) => {
    answersOnce.push({ body: { ok: false, error, ...(error === 'missing_scope' && { needed: 'chat:write' }) } });
    expect(await notifierFault(byToken, (notifier) => notifier.send(testMessage()))).toMatchObject({ code, message: expect.stringMatching(message), reason: `slack.${error}` });
  });

  it.each([
    [404, 'no_service', 'permission_denied'],
    [404, 'channel_not_found', 'not_found'],
    [404, 'no such page', 'not_found'],
    [410, 'channel_is_archived', 'permission_denied'],
    [403, 'action_prohibited', 'permission_denied'],
    [400, 'invalid_payload', 'failed_precondition'],
    [200, 'welcome to the hotel', 'upstream_failed'],
    [500, 'rollup_error', 'upstream_failed'],
  ])('that a webhook answers with %i %s says so', async (status, body, code) => {
    answersOnce.push({ status, body });
    expect((await notifierFault(byWebhook, (notifier) => notifier.send(testMessage()))).code).toBe(code);
  });
});

describe('addresses of Slack', () => {
  const make = (values: Record<string, unknown>) => () => plugin.create(parsePluginOptions(plugin, named({ ...basic, ...values })), testContext());

  it.each(['https://hooks.slack.com/services/T/B/x', 'https://hooks.slack-gov.com/services/T/B/x', 'https://hooks.slack.com/workflows/x'])('are taken: %s', (webhook) => {
    expect(make({ webhook })).not.toThrow();
  });

  it.each(['https://hooks.slack.com.evil.example/services/x', 'http://hooks.slack.com/services/x', 'https://hooks.slack.com@evil.example/services/', 'http://10.0.0.1/services/x', 'https://evil.example/?https://hooks.slack.com/services/'])(
    'are not what others have: %s, unless an administrator opened the host',
    (webhook) => {
      expect(make({ webhook })).toThrow(AppError);
      expect(make({ webhook })).toThrow(/webhook: must begin with https:\/\/hooks\.slack\.com\/services\/, or lead to a host in SIFAKA_OUTBOUND_ALLOWED_HOSTS/);
    },
  );

  it('are asked for the web API as well', () => {
    expect(make({ token, channel: '#certs' })).not.toThrow();
    expect(make({ token, channel: '#certs', api_url: 'https://evil.example/api' })).toThrow(/api_url: must begin with/);
  });

  it('come with a webhook or a token, not both, and a token with a channel', () => {
    expect(make({})).toThrow(/webhook: give a webhook, or token and channel/);
    expect(make({ token, channel: '#c', webhook: 'https://hooks.slack.com/services/T/B/x' })).toThrow(/one of the two/);
    expect(make({ token })).toThrow(/channel: required with a token/);
    expect(make({ token, recipients: '@joe' })).not.toThrow();
    expect(make({ webhook: 'https://hooks.slack.com/services/T/B/x', recipients: 'joe' })).toThrow(/recipients/);
  });

  it('are a secret', () => {
    expect(plugin.pluginOptions().filter(({ sensitive }) => sensitive === true).map(({ name }) => name)).toEqual(['webhook', 'token']);
    expect(makeNotifier(byToken).notifier.recipients?.()).toEqual(['C0123456789']);
  });
});
