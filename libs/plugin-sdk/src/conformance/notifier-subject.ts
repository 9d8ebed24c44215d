import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { AppError } from '@sifaka/kernel';
import type { Outbound } from '../context.js';
import type { Plugin } from '../define-plugin.js';
import type { NotificationMessage, NotifiedCertificate, Notifier } from '../kinds/outbound.js';
import { parsePluginOptions } from '../options/parse-plugin-options.js';
import { loopbackOutbound } from './loopback-outbound.js';
import type { HttpRefusal } from './misbehaving-server.js';
import type { GivenOption } from './plugin-checks.js';
import { testContext, type TestContext } from './test-context.js';

/** In place of those of the same name. */
export interface NotifierChanges {
  options?: readonly GivenOption[];
  /** What the administrator of the installation set, for `installationOnly` values. */
  installed?: Readonly<Record<string, unknown>>;
}

/** One message as the far side has it. */
export interface ReceivedMessage {
  /** By which the far side knows that it has it already; null where it has no such thing. */
  identity: string | null;
  /** All that somebody reads of it. */
  text: string;
  /** Who got it, where that differs from message to message. */
  to?: readonly string[];
}

export interface NotifierSubject {
  plugin: Plugin<'notification'>;
  /** Options with which the plugin works, as a client sends them. */
  options: readonly GivenOption[];
  installed?: Readonly<Record<string, unknown>>;
  /** What has arrived at the far side since it was started, oldest first; read with software other than the plugin. */
  received(): readonly ReceivedMessage[] | Promise<readonly ReceivedMessage[]>;
  /** Fails where a message of hostile values does what its values say: headers, marks, mentions, links. */
  expectHarmless(received: readonly ReceivedMessage[]): void;
  /** What the far side refuses; null where it refuses nobody. */
  wrongCredentials: NotifierChanges | null;
  /** What leads the plugin to another address. */
  at(address: { host: string; port: number }): NotifierChanges;
  /** Faults of HTTP are tried on HTTP. */
  speaks: 'http' | 'tcp';
  /** How the far side says "too many requests", and what it then says about when to come back. */
  rateLimit?: HttpRefusal & { retryAfterMs?: number };
  /** Certificates of the largest message that is tried; default 1,000. */
  hugeCount?: number;
  /** Each certificate is a message of its own; default: one message for all. */
  isPerCertificate?: true;
}

/** Every type of message that there is, and one that came later than the plugin. */
export const testMessageTypes = [
  'expiration',
  'expiration_summary',
  'authority_expiration',
  'rotation',
  'reissued_with_no_endpoints',
  'reissue_failed',
  'renewal_late',
  'revocation',
  'failed',
  'deployment_failed',
  'expiring_deployed_certificate',
  'test',
  'type_of_the_future',
] as const;

let counter = 0;

/** A certificate to tell of, with a name that no other test uses. */
export function testNotified(changes: Partial<NotifiedCertificate> = {}): NotifiedCertificate {
  const number = (counter += 1);
  const name = `told-${number}.example.test`;
  return {
    id: number,
    name,
    commonName: name,
    names: [name, `www.${name}`],
    owner: 'joe@owners.example',
    issuer: 'Conformance Issuing',
    serialHex: '0a1b2c',
    description: null,
    notBefore: new Date('2026-09-01T00:00:00Z'),
    notAfter: new Date('2026-12-01T12:00:00Z'),
    endpointCount: 2,
    replaces: [],
    replacedBy: [],
    url: `https://sifaka.example/#/certificates/${name}`,
    ...changes,
  };
}

/** A message of one certificate, with an id that no other test uses. */
export function testMessage(changes: Partial<NotificationMessage> = {}): NotificationMessage {
  const certificates = changes.certificates ?? [testNotified()];
  const subject = `Sifaka: ${certificates.length} certificate(s) end`;
  const lines = certificates.map(({ name, owner }) => `${name} of ${owner}`);
  return {
    event: 'expiration',
    severity: 'warning',
    subject,
    text: `${subject}\n\n${lines.join('\n')}\n`,
    html: `<!doctype html><html><head><title>${escaped(subject)}</title></head><body><ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul></body></html>`,
    intervalDays: 30,
    facts: { thresholdDays: null },
    recipients: ['owner@owners.example'],
    deliveryId: randomUUID(),
    createdAt: new Date('2026-11-21T09:59:00Z'),
    ...changes,
    certificates,
  };
}

/** Values that would be something else than text wherever they were not escaped. */
export const hostileName = 'evil\r\nBcc: victim@evil.example\r\n\r\n<script>alert(1)</script> <!channel> <https://evil.example|click> [click](https://evil.example) *bold* `x` {{7*7}} <%= 7*7 %> ${7*7} @everyone \u202Etxt.exe';

/** Its subject is in one line and its HTML is escaped, as the platform makes them; all else is hostile. */
export function hostileMessage(): NotificationMessage {
  const certificate = testNotified({ name: hostileName, commonName: hostileName, names: [hostileName], owner: hostileName, issuer: hostileName, description: hostileName, replaces: [hostileName], replacedBy: [hostileName] });
  return { ...testMessage({ certificates: [certificate] }), subject: `Sifaka: ${hostileName}`.replaceAll(/\s+/g, ' '), facts: { error: hostileName, [hostileName]: hostileName } };
}

/** An instance and its context. */
export function makeNotifier(subject: NotifierSubject, changes: NotifierChanges = {}, outbound: Outbound = loopbackOutbound()): { notifier: Notifier; context: TestContext } {
  const context = testContext({ outbound });
  const replaced = new Set(changes.options?.map(({ name }) => name));
  const options = [...subject.options.filter(({ name }) => !replaced.has(name)), ...(changes.options ?? [])];
  return { notifier: subject.plugin.create(parsePluginOptions(subject.plugin, options, { installed: { ...subject.installed, ...changes.installed } }), context), context };
}

/** One instance for some work; closed whatever comes. */
export async function withNotifier<Result>(subject: NotifierSubject, work: (notifier: Notifier, context: TestContext) => Promise<Result>, changes: NotifierChanges = {}): Promise<Result> {
  const { notifier, context } = makeNotifier(subject, changes);
  try {
    return await work(notifier, context);
  } finally {
    await notifier.close?.();
  }
}

/** What arrives while the work is done. */
export async function arrivals(subject: NotifierSubject, work: () => Promise<unknown>): Promise<readonly ReceivedMessage[]> {
  const before = (await subject.received()).length;
  await work();
  return (await subject.received()).slice(before);
}

/** Values of options and settings that the plugin marks as secret. */
export function notifierSecrets({ plugin, options, installed }: NotifierSubject, changes: NotifierChanges = {}): string[] {
  const isSecret = (name: string) => plugin.optionsSchema.shape[name] !== undefined && isSensitive(plugin, name);
  const all = [...options, ...(changes.options ?? []), ...Object.entries({ ...installed, ...changes.installed }).map(([name, value]) => ({ name, value }))];
  return all.flatMap(({ name, value }) => (isSecret(name) && typeof value === 'string' && value !== '' ? [value] : []));
}

/** What a call ends in: an `AppError` that shows no secret, nor does the log. */
export async function notifierFault(subject: NotifierSubject, call: (notifier: Notifier) => Promise<unknown>, changes: NotifierChanges = {}, outbound?: Outbound): Promise<AppError> {
  const { notifier, context } = makeNotifier(subject, changes, outbound);
  const found = await within(
    10_000,
    call(notifier).then(
      () => new Error('the call succeeded'),
      (error: unknown) => error,
    ),
  );
  await notifier.close?.();
  if (!(found instanceof AppError)) throw new Error(`expected an AppError, got ${inspect(found)}`);
  const shown = `${inspect(found, { depth: 8 })} ${JSON.stringify(found.toData())} ${context.logged.join(' ')}`;
  for (const secret of notifierSecrets(subject, changes)) if (shown.includes(secret)) throw new Error(`a secret is shown: ${shown}`);
  return found;
}

/** What comes of it, or the fault that nothing did. */
export async function within(ms: number, outcome: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve(new Error(`nothing came of it within ${ms} ms`)), ms)));
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function isSensitive(plugin: Plugin, name: string): boolean {
  if (plugin.pluginOptions().some((option) => option.name === name && option.sensitive === true)) return true;
  const schema: unknown = plugin.optionsSchema.shape[name];
  const meta: unknown = typeof schema === 'object' && schema !== null && 'meta' in schema && typeof schema.meta === 'function' ? Reflect.apply(schema.meta, schema, []) : undefined;
  return typeof meta === 'object' && meta !== null && 'sensitive' in meta && meta.sensitive === true;
}
