import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createNotification, listServicePlugins, previewMessage, testNotification, tryNotification, updateNotification } from '@sifaka/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import { describeWithPeers, startSmtp, type Smtp } from '@sifaka/peers';
import { aPrincipal, testPlatform, type TestPlatform } from '@sifaka/testing';
import { notifyService } from '../notify.service.js';

const admin = aPrincipal({ admin: true });
const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value: value as string }));
const timing = { interval: 30, unit: 'days' };

describeWithPeers(['openssl'], 'the plugins of the product in notify-svc', () => {
  let mail: Smtp;
  let folder: string;
  let platform: TestPlatform;
  const heard: { url: string; body: string }[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      heard.push({ url: request.url ?? '', body });
      response.end(request.url?.startsWith('/services/') === true ? 'ok' : '{}');
    });
  });
  let port = 0;

  beforeAll(async () => {
    mail = await startSmtp({ user: { name: 'sifaka', password: 'canary-of-mail' } });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
    port = (receiver.address() as { port: number }).port;
    folder = await mkdtemp(join(tmpdir(), 'sifaka-templates-'));
    await writeFile(join(folder, 'test.subject.eta'), 'ACME: <%= it.subject %>');
    const settings = { LEMUR_EMAIL: 'sifaka@platform.example', MAIL_SERVER: mail.host, MAIL_PORT: String(mail.port), MAIL_USE_TLS: 'true', MAIL_CA_BUNDLE: mail.caPem, MAIL_USERNAME: 'sifaka', MAIL_PASSWORD: 'canary-of-mail' };
    platform = await testPlatform({
      services: [keyvaultService, notifyService],
      env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), notify: { ...settings, SIFAKA_TEMPLATE_FOLDER: folder, SIFAKA_OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${port}` } },
    });
  }, 120_000);
  afterAll(async () => {
    await platform.stop();
    await mail.stop();
    receiver.close();
    await rm(folder, { recursive: true, force: true });
  });

  const attempt = (slug: string, options: Record<string, unknown>) => platform.call('gateway', tryNotification, { plugin: { slug, pluginOptions: named({ ...timing, ...options }) } }, { principal: admin });

  it('send mail as the installation is set up, to a server at a private address that nobody else may reach', async () => {
    expect(await attempt('email-notification', { recipients: 'joe@owners.example' })).toMatchObject({ isWorking: true });
    expect(mail.received).toMatchObject([{ isSecure: true, user: 'sifaka', subject: 'ACME: test message of a notification that is not saved yet', envelope: { from: 'sifaka@platform.example', to: ['joe@owners.example'] } }]);
    const { isWorking, detail } = await attempt('webhook-notification', { url: `http://127.0.0.1:${mail.port}/`, secret: 'x'.repeat(16) });
    expect([isWorking, detail]).toEqual([false, expect.stringContaining('SIFAKA_OUTBOUND_ALLOWED_HOSTS')]);
  });

  it('reach stand-ins where the administrator opened the host, with secrets from the key vault', async () => {
    expect(await attempt('webhook-notification', { url: `http://127.0.0.1:${port}/hook`, secret: 'x'.repeat(16) })).toMatchObject({ isWorking: true });
    const webhook = `http://127.0.0.1:${port}/services/T/B/canary-of-slack`;
    const made = await platform.call('gateway', createNotification, { label: 'chat', description: '', active: true, certificateIds: [], plugin: { slug: 'slack-notification', pluginOptions: named({ ...timing, webhook }) } }, { principal: admin });
    expect(JSON.stringify(made)).not.toContain('canary');
    expect(await platform.call('gateway', testNotification, { id: made.id }, { principal: admin })).toMatchObject({ isWorking: true });
    expect(heard.map(({ url }) => url)).toEqual(['/hook', '/services/T/B/canary-of-slack']);
    expect(heard.at(-1)?.body).toContain('chat');
    const { detail } = await attempt('slack-notification', { webhook: 'http://127.0.0.2/services/x' });
    expect(detail).toMatch(/must begin with https:\/\/hooks\.slack\.com\/services\//);
  });

  it('keep the address of a webhook to themselves, also one that was stored before it counted as a secret', async () => {
    const url = `http://127.0.0.1:${port}/hook?code=canary-of-webhook`;
    const request = (more: Record<string, unknown>) => ({ label: 'program', description: '', plugin: { slug: 'webhook-notification', pluginOptions: named({ ...timing, ...more }) } });
    const made = await platform.call('gateway', createNotification, { ...request({ url, secret: 'x'.repeat(16) }), active: true, certificateIds: [] }, { principal: admin });
    expect(JSON.stringify(made)).not.toContain('canary');
    const stored = async () => JSON.stringify(await platform.database('notify').query('select options from notification where id = $1', [made.id]));
    expect(await stored()).not.toContain('canary');
    await platform.database('notify').query(`update notification set version = version + 1, options = (select jsonb_agg(case when o->>'name' = 'url' then jsonb_build_object('name', 'url', 'value', $2::text) else o end) from jsonb_array_elements(options) o) where id = $1`, [made.id, url]);
    const again = await platform.call('gateway', updateNotification, { id: made.id, ...request({ url: null, secret: null }), active: false, addedCertificateIds: [], removedCertificateIds: [] }, { principal: admin });
    expect(JSON.stringify(again)).not.toContain('canary');
    expect(await stored()).not.toContain('canary');
    expect(await platform.call('gateway', testNotification, { id: made.id }, { principal: admin })).toMatchObject({ isWorking: true });
    expect(heard.at(-1)?.url).toBe('/hook?code=canary-of-webhook');
  });

  it.each([
    ['webhook-notification', 'url', { secret: 'x'.repeat(16) }, { secret: null }],
    ['slack-notification', 'webhook', {}, {}],
  ] as const)('are switched off with their secrets left alone, and nobody at the other side is asked: %s', async (slug, name, first, again) => {
    const request = (options: Record<string, unknown>) => ({ label: `switched ${slug}`, description: '', plugin: { slug, pluginOptions: named({ ...timing, ...options }) } });
    const url = `http://127.0.0.1:${port}/services/T/B/canary-of-switch`;
    const made = await platform.call('gateway', createNotification, { ...request({ ...first, [name]: url }), active: true, certificateIds: [] }, { principal: admin });
    const before = heard.length;
    const changed = await platform.call('gateway', updateNotification, { id: made.id, ...request({ ...again, [name]: null }), active: false, addedCertificateIds: [], removedCertificateIds: [] }, { principal: admin });
    expect(changed.active).toBe(false);
    expect(heard).toHaveLength(before);
    expect(await platform.call('gateway', testNotification, { id: made.id }, { principal: admin })).toMatchObject({ isWorking: true });
    expect(heard.at(-1)?.url).toBe('/services/T/B/canary-of-switch');
  });

  it('are previewed by the templates of the installation', async () => {
    const { subject, html } = await platform.call('gateway', previewMessage, { type: 'expiration' }, { principal: admin });
    expect(subject).toMatch(/^Sifaka: 2 certificates expire/);
    expect(html).toContain('<title>Sifaka: 2 certificates');
  });

  it('are listed; none shows what the installation set', async () => {
    const { plugins } = await platform.call('gateway', listServicePlugins.notify, {});
    const own = plugins.filter(({ kind }) => kind === 'notification');
    expect(own.map(({ slug, disabledReason }) => [slug, disabledReason])).toEqual(['email-notification', 'slack-notification', 'aws-sns', 'webhook-notification', 'teams-notification', 'pagerduty-notification'].map((slug) => [slug, null]));
    expect(JSON.stringify(plugins)).not.toMatch(/canary|mail_password/);
  });
});

it('without a mail server the plugin for mail is listed with what is missing, and notifications may be made with it', async () => {
  const bare = await testPlatform({ services: [keyvaultService, notifyService], env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64') } });
  try {
    const { plugins } = await bare.call('gateway', listServicePlugins.notify, {});
    expect(plugins.find(({ slug }) => slug === 'email-notification')).toMatchObject({ disabledReason: expect.stringContaining('MAIL_SERVER') });
    // What is set up today works on the day on which there is a mail server.
    const plugin = { slug: 'email-notification', pluginOptions: named({ ...timing, recipients: 'joe@owners.example' }) };
    const made = await bare.call('gateway', createNotification, { label: 'mail', description: '', active: true, certificateIds: [], plugin }, { principal: admin });
    expect(await bare.call('gateway', testNotification, { id: made.id }, { principal: admin })).toMatchObject({ isWorking: false, detail: expect.stringContaining('MAIL_SERVER') });
  } finally {
    await bare.stop();
  }
}, 60_000);

it('a broken template stops the start, by name and line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sifaka-templates-'));
  await writeFile(join(folder, 'expiration.text.eta'), 'Hello\n<%= it.ownr %>');
  await expect(testPlatform({ services: [notifyService], env: { notify: { SIFAKA_TEMPLATE_FOLDER: folder } } })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('expiration.text.eta, line 2') });
  await rm(folder, { recursive: true, force: true });
});
