import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { describeWithPeers, startSmtp } from '@sifaka/peers';
import { loopbackOutbound, testContext, testMessage } from '@sifaka/plugin-sdk/conformance';
import { mailOf } from '../src/mail.js';
import { EmailOptions } from '../src/options.js';
import { SmtpTransport } from '../src/smtp-transport.js';
import { slowSmtp, type SlowSmtp } from './slow-smtp.js';

const to = ['joe@owners.example', 'team@owners.example'];
const options = { interval: 30, unit: 'days', recipients: to.join(', ') };
const from = 'sifaka@platform.example';

let server: SlowSmtp;
afterEach(() => server.stop());

/** With limits that a test can wait for. */
function mailTo({ host, port }: { host: string; port: number }, { stepMs = 200, answerMs = 600, installed = {} }: { stepMs?: number; answerMs?: number; installed?: object } = {}) {
  const context = testContext({ outbound: loopbackOutbound() });
  const parsed = EmailOptions.parse({ ...options, from, mail_server: host, mail_port: port, mail_timeout_ms: stepMs, ...installed });
  const transport = new SmtpTransport(parsed, context, answerMs);
  return { context, send: (text = 'it ends') => transport.send(mailOf(testMessage({ text }), to, from)) };
}
async function faultOf(sending: Promise<unknown>): Promise<AppError> {
  const end = await sending.catch((error: unknown) => error);
  if (end instanceof AppError) return end;
  throw new Error(`not refused: ${String(end)}`);
}

describe('a mail server that has the whole mail', () => {
  it('may take much longer than a step to say so', async () => {
    server = await slowSmtp({ atDot: (answer) => setTimeout(() => answer('250 2.0.0 Ok: queued as 4F8B2'), 500) });
    expect((await mailTo(server, { stepMs: 100, answerMs: 5_000 }).send()).reference).toContain('4F8B2');
    expect(server.mails).toHaveLength(1);
  });

  it('and says nothing for too long may have taken it: it gets it again after a long pause alone', async () => {
    server = await slowSmtp({ atDot: () => undefined });
    const fault = await faultOf(mailTo(server, { answerMs: 300 }).send());
    expect(fault).toMatchObject({ code: 'upstream_failed', reason: 'notification.outcome_unknown', retryAfterMs: 900_000, message: expect.stringMatching(/had the whole mail and did not say whether it took it \(there was no answer for/) });
    expect(server.mails).toHaveLength(1);
  });

  it('and hangs up may have taken it as well', async () => {
    server = await slowSmtp({ atDot: (_answer, socket) => socket.destroy() });
    expect(await faultOf(mailTo(server).send())).toMatchObject({ reason: 'notification.outcome_unknown', retryAfterMs: 900_000, message: expect.stringContaining('(the connection ended)') });
    expect(server.mails).toHaveLength(1);
  });

  it('and refuses it late has not taken it', async () => {
    server = await slowSmtp({ atDot: (answer) => setTimeout(() => answer('451 4.3.0 the filter is away'), 400) });
    const { retryAfterMs, ...fault } = (await faultOf(mailTo(server, { stepMs: 100, answerMs: 5_000 }).send())).toData();
    expect([retryAfterMs, fault]).toEqual([undefined, expect.objectContaining({ code: 'upstream_failed', reason: 'smtp.451' })]);
  });

  it('is left when the host stops', async () => {
    let arrived: () => void = () => undefined;
    const dot = new Promise<void>((resolve) => (arrived = resolve));
    server = await slowSmtp({ atDot: () => arrived() });
    const { context, send } = mailTo(server, { answerMs: 60_000 });
    const fault = faultOf(send());
    await dot;
    context.stop();
    expect(await fault).toMatchObject({ code: 'unavailable', message: expect.stringContaining('the service stops') });
  });
});

describe('a mail server that is slow at every step', () => {
  it('gets its mail as long as no step takes too long', async () => {
    server = await slowSmtp({ stepMs: 300 });
    await mailTo(server, { stepMs: 400 }).send();
    expect(server.mails).toHaveLength(1);
  });

  it('is left at the first step that takes too long', async () => {
    server = await slowSmtp({ stepMs: 600 });
    expect(await faultOf(mailTo(server).send())).toMatchObject({ code: 'upstream_timeout' });
  });

  it('and talks without end is left when all steps together took too long', async () => {
    let talking: NodeJS.Timeout | undefined;
    server = await slowSmtp({ at: { EHLO: (answer) => (talking = setInterval(() => answer('250-and'), 20)) } });
    expect(await faultOf(mailTo(server, { stepMs: 100 }).send())).toMatchObject({ code: 'upstream_timeout', message: 'the mail server 127.0.0.1 did not take the mail within 1.5 s' });
    clearInterval(talking);
  });

  it('and hangs up before it has the whole mail has not taken it: it may be tried again soon', async () => {
    server = await slowSmtp({ at: { DATA: (_answer, socket) => socket.destroy() } });
    const { code, reason, retryAfterMs } = await faultOf(mailTo(server).send());
    expect([code, reason, retryAfterMs]).toEqual(['upstream_failed', undefined, undefined]);
  });
});

/** Whatever a server says comes late. */
async function relayTo(target: { host: string; port: number }, delayMs: number) {
  const relay = createServer((near) => {
    const far = connect(target);
    for (const each of [near, far]) each.on('error', () => [near, far].forEach((one) => one.destroy()));
    near.pipe(far);
    far.on('data', (chunk) => setTimeout(() => near.writable && near.write(chunk), delayMs));
    far.on('close', () => setTimeout(() => near.end(), delayMs));
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  return { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0, stop: () => relay.close() };
}

describeWithPeers(['openssl'], 'silence under TLS', () => {
  it.each([['implicit', { mail_use_ssl: true }], ['starttls', { mail_use_tls: true }]] as const)('is told from work: %s', async (tls, installed) => {
    server = await slowSmtp();
    const secure = await startSmtp({ tls });
    const slow = await relayTo(secure, 200);
    try {
      const { send } = mailTo(slow, { stepMs: 500, answerMs: 5_000, installed: { ...installed, mail_ca: secure.caPem } });
      await send();
      expect(secure.received).toHaveLength(1);
    } finally {
      slow.stop();
      await secure.stop();
    }
  });
});
