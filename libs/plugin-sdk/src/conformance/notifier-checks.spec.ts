import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { PluginContext } from '../context.js';
import { definePlugin } from '../define-plugin.js';
import { HttpApi } from '../http/http-api.js';
import type { NotificationMessage, Notifier } from '../kinds/outbound.js';
import { firstOf, moreText } from '../notification/message-text.js';
import { expirationOptions } from '../options/expiration-options.js';
import { secret } from '../options/option-schemas.js';
import { describeNotifier, notifierChecks } from './notifier-checks.js';
import { notifierFaultChecks } from './notifier-fault-checks.js';
import type { NotifierSubject } from './notifier-subject.js';
import { startStandIn } from './stand-in.js';

/** A far side that keeps what it is told, one message for each id. */
const Told = z.object({ id: z.string(), text: z.string().max(100_000), to: z.array(z.string()) });
let told: z.output<typeof Told>[] = [];
const server = await startStandIn(({ headers, json }) => {
  if (headers['x-key'] !== 'right-key') return { status: 401, body: { message: `key ${String(headers['x-key'])} is wrong` } };
  const message = Told.safeParse(json);
  if (!message.success) return { status: 400, body: { message: 'what is that?' } };
  if (!told.some(({ id }) => id === message.data.id)) told.push(message.data);
  return { body: { ok: true } };
});
afterAll(() => server.stop());
beforeEach(() => {
  told = [];
});

const Options = z.object({ ...expirationOptions, url: z.url().describe('Address'), key: secret().describe('Key') });

function sound({ url, key }: z.output<typeof Options>, context: PluginContext): Notifier {
  const api = new HttpApi({ name: 'Sample', url, headers: { 'x-key': key }, secrets: [key], context, followsRedirects: false });
  return {
    takesRecipients: true,
    recipients: () => ['team@owners.example'],
    send: async (message) => {
      const shown = firstOf(message.certificates, 10);
      const text = [message.subject, ...shown.certificates.map(({ name }) => name), ...(shown.more > 0 ? [moreText(shown)] : [])].join('\n').replaceAll('<', '&lt;');
      await api.send('', { method: 'POST', json: { id: message.deliveryId, text, to: message.onlyTo ?? ['team@owners.example', ...message.recipients] } });
      return { reference: null };
    },
  };
}

type Spoil = (notifier: Notifier, context: PluginContext, options: z.output<typeof Options>) => Partial<Notifier>;

const subjectOf = (spoil: Spoil): NotifierSubject => ({
  plugin: definePlugin({
    kind: 'notification',
    slug: 'sample-notification',
    title: 'Sample',
    description: 'A plugin to test the suite with',
    version: '1.0.0',
    options: Options,
    create: (options, context) => {
      const notifier = sound(options, context);
      return { ...notifier, ...spoil(notifier, context, options) };
    },
  }),
  options: [
    { name: 'interval', value: 30 },
    { name: 'unit', value: 'days' },
    { name: 'url', value: server.url },
    { name: 'key', value: 'right-key' },
  ],
  received: () => told.map(({ id, text, to }) => ({ identity: id, text, to })),
  expectHarmless: ([arrived]) => expect(arrived?.text).not.toMatch(/<script/),
  wrongCredentials: { options: [{ name: 'key', value: 'wrong-key' }] },
  at: ({ host, port }) => ({ options: [{ name: 'url', value: `http://${host}:${port}` }] }),
  speaks: 'http',
});

describeNotifier(subjectOf(() => ({})));

async function failing(spoil: Spoil, only: RegExp): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of [...notifierChecks, ...notifierFaultChecks].filter((check) => only.test(check.title))) {
    told = [];
    await Promise.resolve(run(subjectOf(spoil))).catch(() => failed.push(title));
  }
  return failed;
}

const post = (context: PluginContext, url: string, key: string, message: NotificationMessage, change: object) =>
  context.fetch(url, { method: 'POST', headers: { 'x-key': key }, body: JSON.stringify({ id: message.deliveryId, text: message.text, to: [], ...change }) }).then(() => ({ reference: null }));

describe('the suite of notification plugins fails for', () => {
  it.each<[string, Spoil, RegExp]>([
    ['one that knows two types of messages', (notifier) => ({ send: (message) => (message.event === 'expiration' ? notifier.send(message) : Promise.reject(new AppError('failed_precondition', 'no idea'))) }), /every type/],
    ['one that tells nobody of what has no certificates', (notifier) => ({ send: (message) => (message.certificates.length === 0 ? Promise.resolve({ reference: null }) : notifier.send(message)) }), /no certificate/],
    ['one that sends another message at each attempt', (notifier, context) => ({ send: (message) => notifier.send({ ...message, deliveryId: String(context.random(8)) }) }), /one identity/],
    ['one that has one identity for all', (notifier) => ({ send: (message) => notifier.send({ ...message, deliveryId: 'x' }) }), /one identity/],
    ['one that passes markup on', (_notifier, context, { url, key }) => ({ send: (message) => post(context, url, key, message, { text: message.certificates[0]?.name }) }), /hostile names/],
    ['one that sends all of it', (_notifier, context, { url, key }) => ({ send: (message) => post(context, url, key, message, { text: JSON.stringify(message) }) }), /far too large/],
    ['one that does not say how many there are', (notifier) => ({ send: (message) => notifier.send({ ...message, subject: 'some', certificates: message.certificates.slice(0, 3) }) }), /far too large/],
    ['one that forgets the other recipients', (notifier) => ({ send: (message) => notifier.send({ ...message, recipients: [] }) }), /tells others/],
    ['one that tells everybody again', (notifier) => ({ send: ({ onlyTo: _, ...message }) => notifier.send(message) }), /tells others/],
    ['one that sends a message as its check', (notifier, context) => ({ check: () => notifier.send({ ...({ subject: 'test', certificates: [], recipients: [] } as unknown as NotificationMessage), deliveryId: String(context.random(8)) }).then(() => undefined) }), /tells nobody/],
    ['one that logs its secret', (notifier, context, { key }) => ({ send: (message) => (context.logger.info(`with ${key}`), notifier.send(message)) }), /logs none/],
    ['one that shows its secret', (notifier, _context, { key }) => ({ send: (message) => notifier.send(message).catch(() => Promise.reject(new AppError('permission_denied', `not ${key}`))) }), /wrong credentials/],
    ['one that does not look at the answer', (_notifier, context, { url, key }) => ({ send: (message) => post(context, url, key, message, {}) }), /wrong credentials|fault of the far side/],
    ['one that follows redirects', (_notifier, context, { url, key }) => ({ send: (message) => post(context, url, key, message, {}) }), /follows no redirect/],
    ['one that throws what fetch throws', (_notifier, context, { url, key }) => ({ send: (message) => post(context, url, key, message, {}) }), /away is unavailable/],
    ['one that hides the guard', (notifier) => ({ send: (message) => notifier.send(message).catch(() => Promise.reject(new AppError('unavailable', 'no answer'))) }), /guard/],
    ['one that forgets when to come back', (notifier) => ({ send: (message) => notifier.send(message).catch(() => Promise.reject(new AppError('rate_limited', 'later'))) }), /too many requests/],
  ])('%s', async (_what, spoil, title) => {
    expect(await failing(spoil, title)).not.toEqual([]);
  });
});
