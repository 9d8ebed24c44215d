import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, startSmtp, type Smtp, type SmtpOptions } from '@sifaka/peers';
import { describeNotifier, makeNotifier, notifierFault, testMessage, withNotifier, type NotifierSubject } from '@sifaka/plugin-sdk/conformance';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const user = { name: 'sifaka', password: 'canary-of-the-password' };
const options = named({ interval: 30, unit: 'days', recipients: 'joe@owners.example, team@owners.example' });
const header = (mail: Smtp['received'][number] | undefined, name: string) => mail?.headers.get(name);

const subjectAt = (server: Smtp, installed: Record<string, unknown>): NotifierSubject => ({
  plugin,
  options,
  installed: { from: 'Sifaka <sifaka@platform.example>', mail_server: server.host, mail_port: server.port, ...installed },
  received: () => server.received.map((mail) => ({ identity: header(mail, 'message-id')?.[0] ?? null, text: `${mail.subject}\n${mail.text ?? ''}\n${mail.html ?? ''}`, to: mail.envelope.to })),
  expectHarmless: ([arrived]) => {
    expect(arrived?.to?.join(' ')).not.toContain('evil.example');
    expect(arrived?.text.replace(/[^]*<!doctype/, '')).not.toMatch(/<script|<a /);
    const last = server.received.at(-1);
    expect([...(last?.headers.keys() ?? [])].sort()).toEqual(['auto-submitted', 'content-type', 'date', 'from', 'list-id', 'message-id', 'mime-version', 'subject', 'to', 'x-auto-response-suppress', 'x-sifaka-event']);
  },
  wrongCredentials: installed.mail_password === undefined ? null : { installed: { mail_password: 'not-the-password-at-all' } },
  // Time limits are the protocol's own: there is no request whose end the context could wait for.
  at: ({ host, port }) => ({ installed: { mail_server: host, mail_port: port, mail_timeout_ms: 1_000 } }),
  speaks: 'tcp',
});

describeWithPeers(['openssl'], 'mail by SMTP with STARTTLS and a password', () => {
  let server: Smtp;
  const subject: NotifierSubject = { plugin, options, received: () => [], expectHarmless: () => undefined, wrongCredentials: null, at: () => ({}), speaks: 'tcp' };
  beforeAll(async () => {
    server = await startSmtp({ user });
    Object.assign(subject, subjectAt(server, { mail_use_tls: true, mail_ca: server.caPem, mail_username: user.name, mail_password: user.password }), { wrongCredentials: { installed: { mail_password: 'not-the-password-at-all' } } });
  });
  afterAll(() => server.stop());

  describeNotifier(subject);

  it('arrives whole: signed in, encrypted, as text and HTML, for everybody, with headers that keep programs quiet', async () => {
    const message = testMessage({ severity: 'critical', recipients: ['owner@owners.example', 'JOE@owners.example'] });
    const { reference } = await withNotifier(subject, (notifier) => notifier.send(message));
    const mail = server.received.at(-1);
    expect(mail).toMatchObject({ isSecure: true, user: 'sifaka', subject: message.subject, envelope: { from: 'sifaka@platform.example', to: ['joe@owners.example', 'team@owners.example', 'owner@owners.example'] } });
    expect(mail?.text?.replaceAll('\r\n', '\n')).toContain(message.text.trim());
    expect(mail?.html).toContain('<li>');
    expect(header(mail, 'content-type')?.[0]).toMatch(/^multipart\/alternative/);
    expect(header(mail, 'message-id')).toEqual([`<${message.deliveryId}@platform.example>`]);
    expect(header(mail, 'from')).toEqual(['Sifaka <sifaka@platform.example>']);
    expect(header(mail, 'auto-submitted')).toEqual(['auto-generated']);
    expect(header(mail, 'list-id')).toEqual(['Sifaka notifications <notifications.sifaka.platform.example>']);
    expect(header(mail, 'x-priority')).toEqual(['1 (Highest)']);
    expect(header(mail, 'date')).toEqual(['Sat, 21 Nov 2026 09:59:00 +0000']);
    expect(reference).toContain('4F8B2');
  });

  it('has a subject of any script in one line', async () => {
    await withNotifier(subject, (notifier) => notifier.send(testMessage({ subject: 'Sifaka: 証明書 für „münchen.example“\r\nBcc: x@evil.example' })));
    expect(server.received.at(-1)).toMatchObject({ subject: 'Sifaka: 証明書 für „münchen.example“ Bcc: x@evil.example' });
    expect(header(server.received.at(-1), 'bcc')).toBeUndefined();
  });

  it('goes to domains of any script by their ASCII form', async () => {
    await withNotifier(subject, (notifier) => notifier.send(testMessage({ recipients: ['joe@bücher.example'] })));
    expect(header(server.received.at(-1), 'to')?.[0]).toContain('joe@xn--bcher-kva.example');
  });

  it('goes to those who have an address, and says who has none', async () => {
    const receipt = await withNotifier(subject, (notifier) => notifier.send(testMessage({ recipients: ['joe', 'a@b.example\r\nRCPT TO:<victim@evil.example>'] })));
    expect(receipt.undelivered).toEqual([
      { recipient: 'joe', detail: 'this is no e-mail address', isWorthRetrying: false },
      { recipient: expect.stringContaining('victim'), detail: 'this is no e-mail address', isWorthRetrying: false },
    ]);
    expect(server.received.at(-1)?.envelope.to).toEqual(['joe@owners.example', 'team@owners.example']);
    await expect(withNotifier(subject, (notifier) => notifier.send(testMessage({ onlyTo: ['joe'] })))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'notification.no_recipients' });
  });

  it('is not sent to a server whose certificate comes from somebody else', async () => {
    const before = server.received.length;
    const fault = await notifierFault(subject, (notifier) => notifier.send(testMessage()), { installed: { mail_ca: undefined } });
    expect(fault).toMatchObject({ code: 'upstream_failed', reason: 'smtp.tls', message: expect.stringMatching(/certificate of the mail server 127\.0\.0\.1:\d+ is not trusted .*MAIL_CA_BUNDLE/) });
    expect(server.received).toHaveLength(before);
  });
});

describeWithPeers(['openssl'], 'mail servers of other kinds', () => {
  const servers: Smtp[] = [];
  const start = async (settings: SmtpOptions) => {
    const server = await startSmtp(settings);
    servers.push(server);
    return server;
  };
  const send = (server: Smtp, installed: Record<string, unknown> = {}, changes = {}) => withNotifier(subjectAt(server, installed), (notifier) => notifier.send(testMessage(changes)));
  const faultAt = (server: Smtp, installed: Record<string, unknown> = {}) => notifierFault(subjectAt(server, installed), (notifier) => notifier.send(testMessage()));
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it('speak TLS from the first byte', async () => {
    const server = await start({ tls: 'implicit', user });
    await send(server, { mail_use_ssl: true, mail_ca: server.caPem, mail_username: user.name, mail_password: user.password });
    expect(server.received).toMatchObject([{ isSecure: true, user: 'sifaka' }]);
    expect(await faultAt(server, { mail_use_ssl: true })).toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('not trusted') });
  });

  it('speak no TLS: they get mail where nobody asked for it, and none where it was asked for', async () => {
    const server = await start({ tls: 'none' });
    await send(server);
    expect(server.received).toMatchObject([{ isSecure: false, user: null }]);
    expect(await faultAt(server, { mail_use_tls: true })).toMatchObject({ code: 'upstream_failed', message: expect.stringMatching(/does not do STARTTLS, and MAIL_USE_TLS asks for it/) });
    expect(server.received).toHaveLength(1);
  });

  it('never get a password without TLS unless that is allowed in as many words', async () => {
    const server = await start({ tls: 'none', user, allowsPlainAuth: true });
    const signedIn = { mail_username: user.name, mail_password: user.password };
    expect(await faultAt(server, signedIn)).toMatchObject({ message: expect.stringContaining('a password is not sent without TLS') });
    expect(server.received).toEqual([]);
    await send(server, { ...signedIn, mail_allow_plain_auth: true });
    expect(server.received).toMatchObject([{ isSecure: false, user: 'sifaka' }]);
  });

  it('offer STARTTLS with a certificate of their own making: better than none', async () => {
    const server = await start({});
    await send(server);
    expect(server.received).toMatchObject([{ isSecure: true }]);
  });

  it('want a password that nobody set', async () => {
    expect(await faultAt(await start({ user }))).toMatchObject({ code: 'permission_denied', reason: 'smtp.530' });
  });

  it('ask for patience: the mail is worth another attempt', async () => {
    let isLater = false;
    const server = await start({ refuse: () => (isLater ? null : { code: 451, text: '4.7.1 Greylisting in action, please come back later' }) });
    expect(await faultAt(server)).toMatchObject({ code: 'upstream_failed', reason: 'smtp.451', message: expect.stringMatching(/refuses joe@owners\.example \(451 4\.7\.1 Greylisting/) });
    isLater = true;
    await send(server);
    expect(server.received).toHaveLength(1);
  });

  it('know none of the recipients: no attempt helps, and it says who', async () => {
    const server = await start({ refuse: () => ({ code: 550, text: '5.1.1 No such user here' }) });
    expect(await faultAt(server)).toMatchObject({ code: 'failed_precondition', reason: 'smtp.550', message: expect.stringMatching(/refuses joe@owners\.example \(550 5\.1\.1 No such user here\), team@owners\.example/) });
  });

  it('know some of the recipients: those have it, and whom another attempt may reach is told apart', async () => {
    const answers: Record<string, { code: number; text: string }> = { 'team@owners.example': { code: 550, text: '5.1.1 No such user' }, 'slow@owners.example': { code: 450, text: '4.2.0 Busy' } };
    const server = await start({ refuse: (recipient) => answers[recipient] ?? null });
    const receipt = await send(server, {}, { recipients: ['slow@owners.example'] });
    expect(receipt.undelivered).toEqual([
      { recipient: 'team@owners.example', detail: '550 5.1.1 No such user', isWorthRetrying: false },
      { recipient: 'slow@owners.example', detail: '450 4.2.0 Busy', isWorthRetrying: true },
    ]);
    expect(server.received.map(({ envelope }) => envelope.to)).toEqual([['joe@owners.example']]);
  });

  it.each([
    [{ code: 552, text: '5.3.4 Too big' }, 'failed_precondition'],
    [{ code: 554, text: '5.7.1 Looks like spam' }, 'failed_precondition'],
    [{ code: 452, text: '4.3.1 Out of disk space' }, 'upstream_failed'],
    [{ code: 421, text: '4.3.0 Shutting down' }, 'upstream_failed'],
  ])('answer the mail itself with %j', async (refusal, code) => {
    const server = await start({ refuseMail: () => refusal });
    expect(await faultAt(server)).toMatchObject({ code, reason: `smtp.${refusal.code}`, message: expect.stringContaining(refusal.text) });
  });

  it('say how much they take', async () => {
    const server = await start({ maxBytes: 2_000 });
    const fault = await notifierFault(subjectAt(server, {}), (notifier) => notifier.send(testMessage({ text: 'x'.repeat(5_000) })));
    expect(fault.code).toBe('failed_precondition');
  });
});

describe('the plugin for mail', () => {
  const reason = (installed: Record<string, unknown>) => plugin.disabledReason?.(installed) ?? null;

  it('says what is missing in an installation that cannot send mail', () => {
    expect(reason({})).toMatch(/set MAIL_SERVER for SMTP, or LEMUR_EMAIL_SENDER=ses/);
    expect(reason({ mail_server: 'mail.example' })).toMatch(/LEMUR_EMAIL is not set/);
    expect(reason({ mail_server: 'mail.example', from: 'nobody' })).toMatch(/"nobody", which is no e-mail address/);
    expect(reason({ transport: 'pigeon', from: 'sifaka@platform.example' })).toMatch(/"pigeon": it must be smtp or ses/);
    for (const installed of [{ mail_server: 'mail.example' }, { transport: 'ses' }, { transport: 'SMTP' }]) expect(reason({ ...installed, from: 'sifaka@platform.example' })).toBeNull();
  });

  it('refuses to send, in the same words, where it is asked all the same', async () => {
    const { notifier } = makeNotifier({ ...subjectAt({ host: '127.0.0.1', port: 1, caPem: '', received: [], connections: () => 0, stop: () => Promise.resolve() }, {}), installed: {} });
    await expect(notifier.send(testMessage())).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('MAIL_SERVER') });
  });

  it('tells its host that a server may take minutes to say that it has a mail', () => {
    const { notifier } = makeNotifier(subjectAt({ host: '127.0.0.1', port: 1, caPem: '', received: [], connections: () => 0, stop: () => Promise.resolve() }, {}));
    expect(notifier.sendLimitMs).toBeGreaterThan(40 * 60_000);
  });

  it.each(['joe', 'joe@', '@owners.example', 'joe@owners.example;team@owners.example', 'joe@owners.example, ,x', 'Joe <joe@owners.example>', 'joe@owners.example\r\nbcc:x@y.example', ''])('takes no recipients like %j', (recipients) => {
    expect(() => parsePluginOptions(plugin, named({ interval: 30, unit: 'days', recipients }))).toThrow(/recipients/);
  });

  it.each(['joe@owners.example', ' joe@owners.example ,team@owners.example, ', 'jürgen+x@bücher.example', 'root@localhost'])('takes recipients like %j', (recipients) => {
    expect(() => parsePluginOptions(plugin, named({ interval: '30', unit: 'days', recipients }))).not.toThrow();
  });

  it('tells of no certificate earlier than 90 days before its end', () => {
    const parse = (interval: unknown, unit: string) => () => parsePluginOptions(plugin, named({ interval, unit, recipients: 'joe@owners.example' }));
    for (const [interval, unit] of [[90, 'days'], [12, 'weeks'], ['3', 'months'], [0, 'days']] as const) expect(parse(interval, unit)).not.toThrow();
    for (const [interval, unit] of [[91, 'days'], [13, 'weeks'], [4, 'months'], [-1, 'days'], [1.5, 'days'], [1, 'years']] as const) expect(parse(interval, unit)).toThrow();
  });
});
