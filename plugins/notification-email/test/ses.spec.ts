import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWithPeers, openMotoAccount, readMail, startMoto, startMotoProxy, type Moto, type MotoCall, type MotoKeys, type MotoProxy } from '@sifaka/peers';
import { describeNotifier, makeNotifier, misbehavingServer, notifierFault, testMessage, withNotifier, type NotifierSubject } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const arn = 'arn:aws:ses:eu-west-1:123456789012:identity/platform.example';

/** SendEmail of the API of SES, version 2, with a raw message. */
const Sent = z.strictObject({ FromEmailAddress: z.string(), FromEmailAddressIdentityArn: z.string().optional(), Content: z.object({ Raw: z.object({ Data: z.base64() }) }) });

describeWithPeers(['moto'], 'mail by SES at moto, with rights enforced', () => {
  let moto: Moto;
  let proxy: MotoProxy;
  let nobody: MotoKeys;
  let refuses: (call: MotoCall) => boolean = () => false;
  const sent: z.output<typeof Sent>[] = [];
  const mailOf = ({ Content }: z.output<typeof Sent>) => readMail(Buffer.from(Content.Raw.Data, 'base64').toString('utf8'));
  const toOf = (each: z.output<typeof Sent>) => (mailOf(each).headers.get('to')?.[0] ?? '').split(', ');
  const subject: NotifierSubject = {
    plugin,
    options: named({ interval: 30, unit: 'days', recipients: 'joe@owners.example' }),
    received: () => sent.map((each) => ({ identity: mailOf(each).headers.get('message-id')?.[0] ?? null, text: `${mailOf(each).subject}\n${mailOf(each).text ?? ''}\n${mailOf(each).html ?? ''}`, to: toOf(each) })),
    expectHarmless: ([arrived]) => {
      expect(arrived?.to?.join(' ')).not.toContain('evil.example');
      expect(mailOf(sent.at(-1)!).headers.get('bcc')).toBeUndefined();
    },
    wrongCredentials: null,
    at: ({ host, port }) => ({ installed: { ses_endpoint: `http://${host}:${port}` } }),
    // The kit of AWS repeats what fails, and says in words of its own what failed in the end.
    speaks: 'tcp',
  };

  beforeAll(async () => {
    moto = await startMoto();
    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261122/eu-west-1/ses/aws4_request, SignedHeaders=host, Signature=0';
    await fetch(moto.url, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ Action: 'VerifyDomainIdentity', Version: '2010-12-01', Domain: 'platform.example' }) });
    const { administrator, platform } = await openMotoAccount(moto.url, {});
    nobody = platform;
    proxy = await startMotoProxy(moto.url, {
      instead: (call) => (refuses(call) ? { status: 400, headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'MessageRejected' }, body: JSON.stringify({ message: 'Email address is not verified' }) } : null),
      after: ({ path, body }, answer) => {
        if (path === '/v2/email/outbound-emails' && answer.includes('MessageId')) sent.push(Sent.parse(JSON.parse(body)));
        return null;
      },
    });
    subject.installed = { transport: 'SES', from: 'Sifaka <sifaka@platform.example>', ses_region: 'eu-west-1', ses_source_arn: arn, ses_endpoint: proxy.url, ses_access_key_id: administrator.accessKeyId, ses_secret_access_key: administrator.secretAccessKey };
    subject.wrongCredentials = { installed: { ses_secret_access_key: 'canary-of-another-secret' } };
  }, 90_000);
  afterAll(async () => {
    await proxy.stop();
    await moto.stop();
  });

  describeNotifier(subject);

  it('is the same mail as by SMTP, with the identity that it is sent for', async () => {
    const message = testMessage();
    const { reference } = await withNotifier(subject, (notifier) => notifier.send(message));
    const last = sent.at(-1)!;
    expect(last).toMatchObject({ FromEmailAddress: 'sifaka@platform.example', FromEmailAddressIdentityArn: arn });
    expect(toOf(last)).toEqual(['joe@owners.example', 'owner@owners.example']);
    const { headers, html } = mailOf(last);
    expect([headers.get('from'), headers.get('auto-submitted'), headers.get('message-id')]).toEqual([['Sifaka <sifaka@platform.example>'], ['auto-generated'], [`<${message.deliveryId}@platform.example>`]]);
    expect(html).toContain('<li>');
    expect(reference).toMatch(/\S/);
  });

  it('goes to more than 50 recipients in several calls; those of a call that fails are named', async () => {
    const recipients = Array.from({ length: 120 }, (_each, index) => `r${index}@owners.example`);
    const before = sent.length;
    await withNotifier(subject, (notifier) => notifier.send(testMessage({ recipients })));
    expect(sent.slice(before).map((each) => toOf(each).length)).toEqual([50, 50, 21]);
    refuses = ({ body }) => toOf(Sent.parse(JSON.parse(body))).includes('r119@owners.example');
    const { undelivered } = await withNotifier(subject, (notifier) => notifier.send(testMessage({ recipients })));
    expect(undelivered).toHaveLength(21);
    expect(undelivered?.[0]).toMatchObject({ recipient: 'r99@owners.example', isWorthRetrying: false, detail: expect.stringContaining('not verified') });
    refuses = () => true;
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()))).toMatchObject({ code: 'failed_precondition', reason: 'aws.MessageRejected' });
    refuses = () => false;
  });

  it('goes to domains of any script by their ASCII form', async () => {
    await withNotifier(subject, (notifier) => notifier.send(testMessage({ recipients: ['joe@bücher.example'] })));
    expect(toOf(sent.at(-1)!)).toContain('joe@xn--bcher-kva.example');
  });

  it('is given up before the host gives it up, however often the kit of AWS would repeat it', async () => {
    const silent = await misbehavingServer('silent');
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date', 'performance', 'hrtime'] });
    try {
      const { notifier } = makeNotifier(subject, subject.at(silent));
      const fault = notifier.send(testMessage()).catch((error: unknown) => error);
      await silent.asked;
      await jest.advanceTimersByTimeAsync(80_000);
      await notifier.close?.();
      expect(await fault).toMatchObject({ code: 'upstream_timeout', message: expect.stringContaining('80 s') });
    } finally {
      jest.useRealTimers();
      await silent.close();
    }
  });

  it('is not sent without the right to', async () => {
    const keys = { installed: { ses_access_key_id: nobody.accessKeyId, ses_secret_access_key: nobody.secretAccessKey } };
    expect(await notifierFault(subject, (notifier) => notifier.send(testMessage()), keys)).toMatchObject({ code: 'permission_denied' });
  });
});
