import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCertificate, createTwoTierPki, type Json } from './harness/index.js';
import { startReceiver, type Receiver } from './harness/receiver.js';
import { describeWithPeers, usePlatform } from './harness/suite.js';
import { useBrowser } from './harness/use-browser.js';

describeWithPeers(['chromium'], 'renewal, revocation, notifications and tasks, in the web interface', () => {
  const platform = usePlatform({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } });
  const browser = useBrowser(platform);
  const { input, button, heading, region, tab, dialog, logIn, choose, lookAt } = browser;
  let receiver: Receiver;
  let issuing: Json;
  let ending: Json;

  beforeAll(async () => {
    receiver = await startReceiver('/messages');
    const client = await platform().admin();
    ({ issuing } = await createTwoTierPki(client));
    const inTenDays = new Date(Date.now() + 10 * 86_400_000).toISOString();
    ending = await createCertificate(client, { authority: { id: issuing.id }, commonName: 'till.corp.test', validityEnd: inTenDays });
  });

  afterAll(async () => {
    await receiver.stop();
  });

  it('says what happens to a certificate next, and renews it now when somebody says so', async () => {
    const { page } = browser;
    await logIn('/platform/rotation-policies');
    await button('Add policy').click();
    await input('Name').fill('monthly');
    await dialog().getByLabel('Days').fill('0');
    await button('Save').click();
    await dialog().getByRole('alert').waitFor();
    await browser.picture('policy-refused');
    await dialog().getByLabel('Days').fill('45');
    await button('Save').click();
    await page.getByText('45 days before its end').waitFor();
    await browser.picture('policies');

    await page.goto(`${platform().url}/certificates/request?authority=${issuing.id}`);
    await input('Common name').fill('shop.corp.test');
    await page.getByLabel('Renew before it ends').check({ force: true });
    await choose('Rotation policy', 'monthly', 'monthly');
    await page.getByText('It is renewed 45 days before its end').waitFor();
    await browser.picture('request-with-rotation');
    await button('Request certificate').click();
    await region('What happens next').getByText('planned', { exact: true }).waitFor();
    await region('What happens next').getByText(/monthly/).first().waitFor();
    await browser.picture('certificate-next');
    const old = page.url();
    await tab('Timeline').click();
    await region('To come').getByText('Expires').waitFor();
    await region('So far').getByText(/^Issued/).waitFor();
    await browser.picture('certificate-timeline');

    await tab('Overview').click();
    await button('Renew now').click();
    await region('What would be asked for').getByText('shop.corp.test').first().waitFor();
    await browser.picture('renew-plan');
    await dialog().getByRole('button', { name: 'Renew now' }).click();
    await page.waitForURL((url) => url.href !== old);
    await region('What happens next').getByText('planned', { exact: true }).waitFor();
    await page.goto(old);
    await region('What happens next').getByText('renewed', { exact: true }).waitFor();
    await region('What happens next').getByRole('link', { name: 'The certificate in its place' }).waitFor();
    await browser.picture('certificate-renewed');

    await page.goto(`${platform().url}/certificates/${ending.id}`);
    await button('Edit').click();
    await choose('Rotation policy', 'monthly', 'monthly');
    await dialog().getByText('Once its rotation is on, it is renewed 45 days before its end').waitFor();
    await browser.picture('certificate-edit-policy');
    await button('Save').click();
    await region('What happens next').getByText(/^By the policy "monthly": 45 days before its end/).waitFor();
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('puts a certificate on hold, releases it, and shows how its authority tells the world', async () => {
    const { page } = browser;
    await logIn(`/certificates/${ending.id}`);
    await button('Revoke').click();
    await page.getByRole('combobox', { name: 'Reason' }).click();
    await page.getByRole('option', { name: 'On hold' }).click();
    await input('Type the name of the certificate to confirm').fill(ending.name);
    await browser.picture('hold');
    await button('Put on hold').click();
    await region('Revocation').getByText('on hold', { exact: true }).waitFor();
    await button('Check revocation').click();
    await region('Revocation').getByText('this platform, which signs the lists of its authority').waitFor();
    await browser.picture('certificate-on-hold');
    await button('Release').click();
    await dialog().getByLabel('Comment').fill('found again');
    await dialog().getByRole('button', { name: 'Release' }).click();
    await region('Revocation').getByText('on hold', { exact: true }).waitFor({ state: 'detached' });
    await button('Check revocation').click();
    await region('Revocation').getByText('not revoked', { exact: true }).nth(1).waitFor();

    await page.goto(`${platform().url}/authorities/${issuing.id}`);
    await region('Revocation').getByText(/^number \d+/).first().waitFor();
    const before = await region('Revocation').getByText(/^number \d+/).first().innerText();
    await button('Publish now').click();
    await page.getByText(/^Revocation list \d+ is published/).waitFor();
    await page.waitForFunction(`![...document.querySelectorAll('p')].some(({ innerText }) => innerText === ${JSON.stringify(before)})`);
    await region('Addresses').getByText(/\.crl$/).first().waitFor();
    await browser.picture('authority-revocation');
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('leads from a notification that is tried first to a message that arrives at the second try', async () => {
    const { page } = browser;
    await logIn('/notifications/create');
    await input('Label').fill('shop on call');
    await choose('Plugin', 'webhook', /^Webhook/);
    await input('URL').fill(receiver.url);
    await page.getByLabel('Interval').fill('30');
    await page.getByLabel(/^Secret/).first().fill('too short');
    await button('Add notification').click();
    await page.waitForSelector('[data-option="secret"]:focus');
    await browser.picture('notification-refused');
    await page.getByLabel(/^Secret/).first().fill('long enough to be a secret');
    receiver.answer = 500;
    await button('Send a test message').click();
    await page.getByText('It does not work yet').waitFor();
    receiver.answer = 200;
    await button('Send a test message').click();
    await page.getByText('It works').waitFor();
    await browser.picture('notification-tested');
    await button('Add notification').click();
    await heading('shop on call').waitFor();
    await button('Send a test').click();
    await dialog().getByText('It works').waitFor();
    await page.keyboard.press('Escape');

    await page.goto(`${platform().url}/certificates/${ending.id}`);
    await button('Edit').click();
    await choose('Notifications', 'shop', 'shop on call');
    await page.keyboard.press('Escape');
    await browser.picture('certificate-edit-notifications');
    await button('Save').click();
    await tab('Notifications').click();
    await page.getByRole('list', { name: 'Notifications of this certificate' }).getByRole('link', { name: 'shop on call' }).waitFor();

    receiver.answer = 500;
    await page.goto(`${platform().url}/platform/tasks`);
    await button('Run notify_expirations').click();
    await browser.picture('task-run');
    await button('Run now').click();
    await page.getByText('notify_expirations runs now').waitFor();
    await button('Report of notify_expirations').click();
    await dialog().getByText('Certificates', { exact: true }).waitFor();
    await browser.picture('task-report');
    await page.keyboard.press('Escape');
    await browser.picture('tasks');

    await page.goto(`${platform().url}/deliveries?type=expiration`);
    const waiting = page.getByRole('row').filter({ hasText: 'shop on call' });
    await waiting.getByText('trying again', { exact: true }).waitFor();
    await browser.picture('deliveries');
    receiver.answer = 200;
    await waiting.getByRole('button', { name: /^Try now/ }).click();
    await waiting.getByText('delivered', { exact: true }).waitFor();
    await waiting.getByRole('button', { name: /^Details/ }).click();
    await dialog().getByText('shop on call').waitFor();
    await browser.picture('delivery');
    await page.keyboard.press('Escape');
    expect(receiver.told.filter(({ content }) => content.includes(ending.name)).length).toBeGreaterThan(0);
    await button('Try all failed ones now').click();
    await page.getByText('Nothing has failed: there is nothing to try again').waitFor();

    await page.goto(`${platform().url}/notifications/preview`);
    await page.frameLocator('iframe[title="The message as HTML"]').getByRole('heading').first().waitFor();
    await page.getByLabel('Message').selectOption('renewal_late');
    await page.frameLocator('iframe[title="The message as HTML"]').getByText(/late|renew/i).first().waitFor();
    await browser.picture('message-preview');
    await page.goto(`${platform().url}/notifications`);
    await page.getByRole('switch', { name: 'shop on call is active' }).click({ force: true });
    await page.locator('input[role="switch"][aria-label="shop on call is active"]:not(:checked):enabled').waitFor();
    await browser.picture('notifications');
    expect(browser.complaints).toEqual([]);
  }, 150_000);

  it('opens the new pages in the dark and on a phone without a complaint', async () => {
    const { page } = browser;
    await logIn('/notifications');
    await heading('Notifications').waitFor();
    const paths = ['notifications', 'notifications/create', 'notifications/preview', 'notifications/1', 'deliveries', 'platform', 'platform/tasks', 'platform/rotation-policies', `certificates/${ending.id}`, `authorities/${issuing.id}`];
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      if (colorScheme === 'light') await page.setViewportSize({ width: 400, height: 860 });
      for (const path of paths) {
        await lookAt(path, colorScheme === 'dark' ? 'dark' : 'phone');
        expect({ path, overflow: await page.evaluate('Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)') }).toEqual({ path, overflow: 0 });
      }
    }
    expect(browser.complaints).toEqual([]);
  }, 150_000);
});
