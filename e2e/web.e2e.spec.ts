import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { createTwoTierPki, openssl } from './harness/index.js';
import { describeWithPeers, usePlatform } from './harness/suite.js';
import { useBrowser } from './harness/use-browser.js';

describeWithPeers(['chromium', 'openssl'], 'the web interface', () => {
  const platform = usePlatform();
  const browser = useBrowser(platform);
  const { input, button, heading, logIn, lookAt } = browser;

  const createAuthority = async (name: string): Promise<void> => {
    await input('Name').fill(name);
    await input('Owner').fill('pki@corp.test');
    await button('Create authority').click();
    await heading(name).waitFor();
  };

  it('leads a newcomer from the login to a certificate on disk', async () => {
    const { page } = browser;
    await logIn();
    await page.getByText('No certificates yet').waitFor();
    await browser.picture('empty');
    await page.getByRole('link', { name: 'Authorities', exact: true }).click();
    await page.getByRole('link', { name: 'Create authority' }).first().click();
    await createAuthority('Corp Root');
    await page.getByRole('link', { name: 'Create one below' }).click();
    await createAuthority('Corp Issuing');
    await page.getByRole('link', { name: 'Request certificate' }).click();
    await input('Common name').fill('shop.corp.test');
    await page.getByRole('combobox', { name: 'More names' }).fill('www.shop.corp.test');
    await page.keyboard.press('Enter');
    await button('Request certificate').click();
    await button('View key').waitFor();
    await browser.picture('certificate');
    await button('Download').click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('button', { name: 'Download', exact: true }).click();
    const file = await (await downloading).path();
    const pem = readFileSync(file, 'utf8');
    const names = await openssl(['x509', '-noout', '-ext', 'subjectAltName'], pem);
    expect(names.stdout).toContain('DNS:shop.corp.test, DNS:www.shop.corp.test');
    expect(pem).toContain('PRIVATE KEY-----');
    expect(pem.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThanOrEqual(2);
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('shows what the server refuses at the field, and puts the cursor there', async () => {
    await createTwoTierPki(await platform().admin());
    await logIn('/certificates/request');
    await input('Common name').fill('shop.corp.test');
    await input('Owner').fill('nobody in particular');
    await button('Request certificate').click();
    await browser.page.getByText('must be an e-mail address such as team@example.com').waitFor();
    const owner = input('Owner');
    await browser.page.waitForSelector('[data-path="owner"]:focus');
    expect(await owner.getAttribute('aria-invalid')).toBe('true');
    expect(await owner.getAttribute('aria-describedby')).toContain('error');
    await browser.picture('field-error');
  }, 60_000);

  it('can be entered and left with the keyboard alone', async () => {
    const { page } = browser;
    const { username, password } = platform().administrator;
    await page.goto(`${platform().url}/domains`);
    await button('Log in').waitFor();
    await page.keyboard.type(username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await heading('Domains').waitFor();
    await page.reload();
    await heading('Domains').waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: `Account of ${username}` }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Log out' }).waitFor();
    await page.getByRole('menuitem', { name: 'Log out' }).press('Enter');
    await button('Log in').waitFor();
    expect(await page.evaluate("sessionStorage.getItem('sifaka.token')")).toBeNull();
  }, 60_000);

  it('goes back to the login when the token is no longer taken, and says why', async () => {
    const { page } = browser;
    await logIn();
    await heading('Certificates').waitFor();
    await page.evaluate("sessionStorage.setItem('sifaka.token', 'not.a.token')");
    await page.reload();
    await page.getByText('Your session has ended').waitFor();
    expect(await page.evaluate("sessionStorage.getItem('sifaka.token')")).toBeNull();
  }, 60_000);

  it('opens every page in light and in dark without a complaint', async () => {
    const { page } = browser;
    await logIn();
    await heading('Certificates').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const path of ['certificates', 'certificates/upload', 'authorities', 'authorities/import', 'domains', 'users', 'roles', 'api-keys', 'audit', 'platform', 'nowhere']) await lookAt(path, colorScheme);
    }
    expect(browser.complaints).toEqual([]);
  }, 120_000);
});
