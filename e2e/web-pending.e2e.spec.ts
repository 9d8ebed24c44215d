import { expect, it } from '@jest/globals';
import { makeSigner, signRequest } from './harness/signer.js';
import { describeWithPeers, usePlatform } from './harness/suite.js';
import { useBrowser } from './harness/use-browser.js';

describeWithPeers(['chromium', 'openssl'], 'certificates that come later, in the web interface', () => {
  const platform = usePlatform();
  const browser = useBrowser(platform);
  const { input, button, heading, logIn, choose, lookAt } = browser;

  it('leads from an authority that signs elsewhere to the certificate that was brought', async () => {
    const { page } = browser;
    const signer = await makeSigner('Paper CA');
    const stranger = await makeSigner('Stranger');
    await logIn('/authorities/create');
    await input('Name').fill('Paper CA');
    await input('Owner').fill('pki@corp.test');
    await choose('Issuer', 'signed elsewhere', 'Signed elsewhere');
    await button('Create authority').click();
    await page.waitForSelector('[data-option="certificate"]:focus');
    expect(await input('Certificate').getAttribute('aria-invalid')).toBe('true');
    await browser.picture('pending-authority-refused');
    await input('Certificate').fill(signer.certificate);
    await button('Create authority').click();
    await heading('Paper CA').waitFor();

    await page.getByRole('link', { name: 'Request certificate' }).click();
    await input('Common name').fill('paper.corp.test');
    await button('Request certificate').click();
    await page.getByRole('heading', { name: 'Have it signed' }).waitFor();
    await browser.picture('pending-waiting');
    const csr = await page.getByRole('region', { name: 'Signing request' }).locator('pre').innerText();

    await page.getByRole('link', { name: 'Pending certificates', exact: true }).first().click();
    await page.getByText('needs a signature').waitFor();
    await browser.picture('pending-list');
    await page.getByRole('link', { name: /^paper\.corp\.test/ }).click();

    await button('Upload the certificate').click();
    await input('Certificate').fill(await signRequest(stranger, csr));
    await button('Upload').click();
    await page.getByRole('dialog').getByText(/signed by/i).first().waitFor();
    await browser.picture('pending-upload-refused');
    await input('Certificate').fill(await signRequest(signer, csr));
    await button('Upload').click();
    await heading(/^paper\.corp\.test/).waitFor();
    await button('View key').waitFor();
    await page.getByText('4711').first().waitFor();
    await browser.picture('pending-issued');

    await page.goto(`${platform().url}/pending-certificates?state=resolved`);
    await page.getByRole('link', { name: /^paper\.corp\.test/ }).click();
    await page.getByText('The certificate is issued').waitFor();
    await page.getByRole('link', { name: 'Open the certificate' }).first().click();
    await button('View key').waitFor();
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('forgets a request that is cancelled', async () => {
    const { page } = browser;
    await logIn('/certificates/request');
    await input('Common name').fill('never.corp.test');
    await button('Request certificate').click();
    await button('Cancel request').click();
    await input('Why').fill('nobody needs it any more');
    await button('Cancel for good').click();
    await page.getByText(/^never\.corp\.test.* is cancelled$/).waitFor();
    await page.getByRole('link', { name: /^never\.corp\.test/ }).waitFor({ state: 'detached' });
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('shows at the option what a DNS provider lacks, and step by step what a test has found', async () => {
    const { page } = browser;
    await logIn('/dns-providers/create');
    await input('Name').fill('pdns');
    await choose('Type', 'power', 'PowerDNS');
    await input('URL').fill('not an address');
    await button('Add DNS provider').click();
    await page.waitForSelector('[data-option="url"]:focus');
    expect(await input('URL').getAttribute('aria-invalid')).toBe('true');
    await page.getByText('required, but not given').waitFor();
    await browser.picture('dns-provider-refused');
    await input('URL').fill(platform().url);
    await page.getByLabel(/^API key/).first().fill('a secret of nobody');
    await button('Test without saving').click();
    await page.getByText('It does not work yet').waitFor();
    expect(await page.getByRole('table', { name: 'Steps of the test' }).getByText('failed', { exact: true }).count()).toBe(1);
    expect(await page.content()).not.toContain('a secret of nobody</');
    await browser.picture('dns-provider-test');
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('opens the new pages in light and in dark without a complaint', async () => {
    const { page } = browser;
    await logIn('/pending-certificates');
    await heading('Pending certificates').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const path of ['pending-certificates', 'dns-providers', 'dns-providers/create', 'acme-accounts', 'authorities/create']) await lookAt(path, colorScheme);
    }
    expect(browser.complaints).toEqual([]);
  }, 60_000);
});
