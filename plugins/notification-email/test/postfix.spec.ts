import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, readMail, startPostfix, type TlsServer } from '@sifaka/peers';
import { testMessage, withNotifier, type NotifierSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));

describeWithPeers(['postfix', 'openssl'], 'mail by postfix', () => {
  let postfix: TlsServer;
  const subject: NotifierSubject = { plugin, options: named({ interval: 30, unit: 'days', recipients: 'joe@mailbox.test' }), received: () => [], expectHarmless: () => undefined, wrongCredentials: null, at: () => ({}), speaks: 'tcp' };
  const mailbox = async (isThere: (content: string) => boolean): Promise<string> => {
    for (let round = 0; ; round += 1) {
      const content = await readFile(join(postfix.folder, 'mailbox'), 'utf8');
      if (isThere(content)) return content;
      if (round > 600) throw new Error(`no mail arrived: ${postfix.log()}`);
      await delay(50);
    }
  };

  beforeAll(async () => {
    postfix = await startPostfix({ delivers: true });
    const caPem = await readFile(join(postfix.folder, 'ca.pem'), 'utf8');
    subject.installed = { from: 'Sifaka <sifaka@platform.example>', mail_server: postfix.host, mail_port: postfix.port, mail_use_tls: true, mail_ca: caPem };
  }, 60_000);
  afterAll(() => postfix.stop());

  it('arrives in the mailbox, by verified STARTTLS, as it was written', async () => {
    const message = testMessage({ subject: 'Sifaka: „münchen.example“ expires in 30 days', recipients: [], text: `long line ${'x'.repeat(5_000)}\n.\n..dots\nö ${'€'.repeat(300)}\n` });
    const { reference } = await withNotifier(subject, (notifier) => notifier.send(message));
    expect(reference).toMatch(/queued as/);
    const content = await mailbox((text) => text.includes(message.deliveryId) && text.endsWith('\n\n'));
    const mail = readMail(content.replace(/^From [^\n]*\n/, '').replaceAll(/(?<!\r)\n/g, '\r\n'));
    expect(mail.subject).toBe(message.subject);
    expect(mail.text?.replaceAll('\r\n', '\n').trim()).toBe(message.text.trim());
    expect(mail.html).toContain('<!doctype html>');
    expect(mail.headers.get('received')?.join(' ')).toMatch(/with ESMTPS id/);
    expect(mail.headers.get('message-id')).toEqual([`<${message.deliveryId}@platform.example>`]);
  });

  it('is refused in words of postfix where a recipient is none to it', async () => {
    const refused = withNotifier(subject, (notifier) => notifier.send(testMessage({ onlyTo: ['joe@mailbox..test'] })));
    await expect(refused).rejects.toMatchObject({ code: 'failed_precondition', reason: 'smtp.501', message: expect.stringMatching(/refuses joe@mailbox\.\.test \(501 5\.1\.3 Bad recipient address syntax\)/) });
  });
});
