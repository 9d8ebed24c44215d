import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCertificate, createTwoTierPki, expectOk, type Json } from './harness/index.js';
import { startReceiver, type Receiver } from './harness/receiver.js';
import { describeWithPeers, usePlatform } from './harness/suite.js';
import { useBrowser } from './harness/use-browser.js';

describeWithPeers(['chromium'], 'deployment and discovery, in the web interface', () => {
  const platform = usePlatform({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } });
  const browser = useBrowser(platform);
  const { input, button, heading, dialog, logIn, choose, lookAt } = browser;
  let receiver: Receiver;
  let served: Json;
  let endpoint: Server;

  beforeAll(async () => {
    receiver = await startReceiver('/certificates');
    const client = await platform().admin();
    const { issuing } = await createTwoTierPki(client);
    served = await createCertificate(client, { authority: { id: issuing.id }, commonName: 'shop.corp.test' });
    const { key } = expectOk<Json>(await client.get(`/certificates/${served.id}/key`));
    endpoint = await startTls(`${served.body}\n${served.chain}`, key);
    await createCertificate(client, { authority: { id: issuing.id }, commonName: 'shop.corp.test', replaces: [{ id: served.id }] });
  });

  afterAll(async () => {
    await Promise.all([receiver.stop(), new Promise((resolve) => endpoint.close(resolve))]);
  });

  it('leads from a destination that is tried first to a certificate that is there', async () => {
    const { page } = browser;
    await logIn('/destinations/create');
    await input('Label').fill('edge');
    await choose('Plugin', 'signed', 'Webhook');
    await input('URL').fill(receiver.url);
    await page.getByLabel(/^Secret/).first().fill('too short');
    await button('Add destination').click();
    await page.waitForSelector('[data-option="secret"]:focus');
    await browser.picture('destination-refused');
    await page.getByLabel(/^Secret/).first().fill('long enough to be a secret');
    receiver.answer = 500;
    await button('Test without saving').click();
    await page.getByText('It does not work yet').waitFor();
    await browser.picture('destination-test-failed');
    receiver.answer = 200;
    await button('Test without saving').click();
    await page.getByText('It works').waitFor();
    await button('Add destination').click();
    await heading('edge').waitFor();
    await page.getByText('kept in the key vault').waitFor();
    await browser.picture('destination');

    await button('Edit').click();
    await dialog().getByLabel('Description').fill('the web servers of the shop');
    await browser.picture('destination-edit');
    await button('Save').click();
    await page.getByText('the web servers of the shop').waitFor();

    await page.goto(`${platform().url}/certificates/${served.id}`);
    await button('Edit').click();
    await choose('Destinations', 'edge', 'edge');
    await page.keyboard.press('Escape');
    await browser.picture('certificate-edit');
    await button('Save').click();
    await page.getByRole('tab', { name: 'Deployments' }).click();
    const deployments = page.getByRole('table', { name: 'Deployments' });
    await deployments.getByText('deployed', { exact: true }).waitFor();
    await browser.picture('certificate-deployments');
    expect(receiver.told.map(({ event }) => event)).toContain('certificate.deployed');

    receiver.answer = 410;
    await button('Deploy now: edge').click();
    await deployments.getByText('failed', { exact: true }).waitFor();
    await deployments.getByText(/wants no more certificates/).waitFor();
    await button('History of edge').click();
    await dialog().getByText('Deployed', { exact: true }).first().waitFor();
    await browser.picture('deployment-history');
    receiver.answer = 200;
    await button('Close').last().click();
    await page.goto(`${platform().url}/deployments?state=failed`);
    await button(`Deploy now: ${served.name}`).waitFor();
    await browser.picture('deployments-failed');
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('shows what an endpoint presents, plans its rotation, and keeps what it presents from being revoked', async () => {
    const { page } = browser;
    const { port } = addressOf(endpoint);
    await logIn('/endpoints/create');
    await input('DNS name or address').fill('127.0.0.1');
    await input('Port').fill(String(port));
    await input('Name in lists').fill('shop');
    await input('Server name (SNI)').fill('shop.corp.test');
    await choose('Destination', 'edge', 'edge');
    await browser.picture('endpoint-create');
    await button('Add endpoint').click();
    await heading('shop').waitFor();
    await page.getByRole('table', { name: 'Certificates that it presents' }).getByRole('link', { name: served.name }).waitFor();
    await page.getByRole('list', { name: 'Protocols' }).getByText('TLSv1.3').waitFor();
    await button('Check now').click();
    await page.getByText(/^It was looked at/).waitFor();
    await browser.picture('endpoint');

    await button('Rotate').click();
    await button('Show the plan').click();
    await page.getByRole('region', { name: 'Plan' }).or(dialog().getByRole('alert')).waitFor();
    await browser.picture('rotation-plan');
    await page.keyboard.press('Escape');

    await page.goto(`${platform().url}/endpoints?in=port&text=${port}`);
    await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
    await browser.picture('endpoints');

    await page.goto(`${platform().url}/certificates/${served.id}`);
    await page.getByRole('tab', { name: 'Endpoints' }).click();
    await page.getByRole('table', { name: 'Endpoints' }).getByRole('link', { name: 'shop', exact: true }).waitFor();
    await browser.picture('certificate-endpoints');
    await button('Revoke').click();
    await input('Type the name of the certificate to confirm').fill(served.name);
    await button('Revoke for good').click();
    await page.getByText('It is not revoked: clients are still shown it').waitFor();
    await page.getByLabel('Revoke it all the same').waitFor();
    await browser.picture('revoke-refused');
    expect(expectOk<Json>(await (await platform().admin()).get(`/certificates/${served.id}`)).status).not.toBe('revoked');
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('finds certificates in a source that is looked at on request', async () => {
    const { page } = browser;
    await logIn('/sources/create');
    await input('Label').fill('loopback');
    await choose('Plugin', 'network', /network/i);
    await input('Hosts').fill(`127.0.0.1:${addressOf(endpoint).port}`);
    await page.getByLabel('Schedule').selectOption('other');
    await input('Times').fill('every morning');
    await button('Add source').click();
    await page.waitForSelector('[data-path="cron"]:focus');
    await browser.picture('source-refused');
    await page.getByLabel('Schedule').selectOption('never');
    await button('Add source').click();
    await heading('loopback').waitFor();
    const runs = page.getByRole('table', { name: 'Runs' });
    await runs.getByText(/complete/).first().waitFor();
    await button('Sync now').click();
    await page.getByText('It is looked at now').waitFor();
    await runs.getByText('on request').nth(1).waitFor();
    await runs.getByText('1 certificate').nth(1).waitFor();
    await browser.picture('source');
    await page.getByRole('link', { name: 'Sources', exact: true }).first().click();
    await page.getByRole('switch', { name: 'loopback is active' }).click({ force: true });
    await expectUnchecked('loopback is active');
    await browser.picture('sources');
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('opens the new pages in the dark without a complaint', async () => {
    const { page } = browser;
    await logIn('/destinations');
    await heading('Destinations').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const path of ['destinations', 'destinations/create', 'deployments', 'rotations', 'sources', 'sources/create', 'endpoints', 'endpoints/create', 'certificates/request']) await lookAt(path, 'dark');
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  const expectUnchecked = async (name: string): Promise<void> => {
    await browser.page.locator(`input[role="switch"][aria-label="${name}"]:not(:checked):enabled`).waitFor();
  };
});

async function startTls(cert: string, key: string): Promise<Server> {
  const server = createServer({ cert, key }, (socket) => socket.on('error', () => undefined).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function addressOf(server: { address: () => AddressInfo | string | null }): AddressInfo {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen');
  return address;
}
