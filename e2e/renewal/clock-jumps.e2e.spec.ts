import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { startSmtp, type Smtp } from '@sifaka/peers';
import { createAuthority, createCertificate, expectOk, openssl, Platform, run, waitUntil, withFiles, type Client, type Json } from '../harness/index.js';
import { describeWithPeers } from '../harness/suite.js';
import { fetched, pathOf } from '../revocation/clients.js';
import { Clock } from './clock.js';
import { startReceiver, type Receiver } from './receiver.js';

jest.setTimeout(240_000);

const dayMs = 86_400_000;
const within = 120_000;
const secret = 'a secret of sixteen or more';

/** Database and bus keep the time; the platform's own processes jump. */
describeWithPeers(['faketime', 'openssl'], 'a platform whose clock jumps', () => {
  const clock = new Clock();
  let mail: Smtp;
  let folder: string;
  let receiver: Receiver;
  let isBusy = false;
  let waiting: Json;
  let platform: Platform;
  let client: Client;
  let authority: Json;
  let short: Json;
  let medium: Json;
  let told: Json;

  const jump = async (by: { days?: number; hours?: number }) => {
    clock.jump(by);
    client = await platform.anonymous.login(platform.administrator.username, platform.administrator.password);
  };
  const after = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();
  const create = (commonName: string, days: number, more: Json = {}): Promise<Json> =>
    createCertificate(client, { authority: { id: authority.id }, commonName, validityStart: after(0), validityEnd: after(days * dayMs), ...more });
  const named = async (commonName: string): Promise<Json[]> => expectOk(await client.get(`/certificates?count=100&sortBy=id&sortDir=asc&filter=cn;${commonName}`)).items;
  const latest = async (commonName: string): Promise<Json> => (await named(commonName)).reduce((one, other) => (one.id > other.id ? one : other));
  const renewed = (commonName: string, count: number) => waitUntil(`${count} certificates for ${commonName}`, async () => (await named(commonName)).length === count, within);
  const deployments = async ({ id }: Json): Promise<Json[]> => expectOk(await client.get(`/certificates/${id}/deployments`)).items;
  const deployed = async (certificate: Json): Promise<boolean> => (await deployments(certificate)).some(({ state }) => state === 'deployed');
  const destination = async (label: string, slug: string, options: Json): Promise<Json> => {
    const pluginOptions = Object.entries(options).map(([name, value]) => ({ name, value }));
    return expectOk(await client.post('/destinations', { label, description: 'of a test', plugin: { slug, pluginOptions } }));
  };
  const about = ({ name }: Json) => mail.received.filter(({ raw, subject }) => `${subject} ${raw.replaceAll(/=\r?\n/g, '')}`.includes(String(name)));
  /** The digest of the security team names it, too. */
  const ownersMail = () => about(told).filter(({ envelope }) => envelope.to.includes('joe@corp.test'));
  const task = async (name: string): Promise<Json> => expectOk(await client.get('/tasks?count=200')).items.find((each: Json) => each.name === name) ?? {};
  const hasRunSince = (name: string, at: Date) => waitUntil(`${name} to run`, async () => new Date((await task(name)).lastSuccessAt ?? 0) >= at, within);

  beforeAll(async () => {
    mail = await startSmtp({ tls: 'none' });
    receiver = await startReceiver(secret, { now: () => clock.now(), isBusy: () => isBusy });
    folder = await mkdtemp(join(tmpdir(), 'sifaka-jumps-'));
    const mailing = { LEMUR_EMAIL: 'sifaka@platform.example', MAIL_SERVER: mail.host, MAIL_PORT: String(mail.port), LEMUR_SECURITY_TEAM_EMAIL: 'sec@corp.test' };
    platform = await Platform.start({ startLimitMs: 200_000, env: { ...clock.env, ...mailing, SIFAKA_FILE_DESTINATION_FOLDERS: folder, SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } });
    client = await platform.admin();
    authority = await createAuthority(client, { name: 'Jumping CA' });
    const [place, program] = [await destination('here', 'file-destination', { destinationPath: folder }), await destination('program', 'webhook-destination', { url: receiver.url, secret })];
    isBusy = true;
    short = await create('short.corp.test', 160 / 24, { rotation: true, destinations: [{ id: place.id }] });
    medium = await create('medium.corp.test', 47, { rotation: true });
    told = await create('told.corp.test', 33, { owner: 'joe@corp.test' });
    waiting = await create('waiting.corp.test', 300, { destinations: [{ id: program.id }] });
    await waitUntil('its deployment', () => deployed(short), within);
    await waitUntil('a failed one', async () => (await deployments(waiting)).some(({ state, nextTryAt }) => state === 'failed' && Date.parse(nextTryAt) > Date.now() + 4 * 3_600_000), within);
    isBusy = false;
  });
  afterAll(async () => {
    await platform.dispose();
    await Promise.all([mail.stop(), receiver.stop()]);
    clock.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** As a client sees it whose clock shows what the platform's does. */
  async function ocspAnswer(certificate: Json): Promise<string> {
    const path = pathOf(certificate);
    return withFiles({ leaf: path.body, issuer: path.above[0] ?? '' }, async ({ leaf, issuer }) => {
      const faked = ['-f', `${clock.ahead < 0 ? '' : '+'}${clock.ahead}s`, 'openssl', 'ocsp'];
      const { stdout, stderr } = await run('faketime', [...faked, '-issuer', issuer, '-cert', leaf, '-url', `${platform.url}/ocsp/Jumping-CA`, '-CAfile', issuer, '-no_nonce']);
      if (!stderr.includes('Response verify OK')) return `${stderr}${stdout}`;
      return stdout.includes('WARNING') ? stdout : (/: (good|revoked|unknown)/.exec(stdout)?.[1] ?? stdout);
    });
  }

  it('renews what is due four days later, by itself and once, and deploys it', async () => {
    expect(await ocspAnswer(short)).toBe('good');
    await jump({ days: 4 });
    await renewed('short.corp.test', 2);
    const second = await latest('short.corp.test');
    expect(second.replaces).toMatchObject([{ id: short.id }]);
    expect(second.name).not.toBe(short.name);
    expect(publicKey(second).equals(publicKey(short))).toBe(false);
    expect(new Date(second.notAfter).getTime()).toBeGreaterThan(new Date(short.notAfter).getTime());
    await waitUntil('its deployment', () => deployed(second), within);
    expect(await named('medium.corp.test')).toHaveLength(1);
  });

  it('tries again what waited for a time that has passed', async () => {
    await waitUntil('the deployment', () => deployed(waiting), within);
    expect(receiver.genuine.filter(({ event }) => event === 'certificate.deployed')).toHaveLength(1);
    const [{ requestedAt, deployedAt }] = await deployments(waiting);
    expect(Date.parse(deployedAt) - Date.parse(requestedAt)).toBeGreaterThan(3 * dayMs);
  });

  it('publishes lists and answers that hold at the new time', async () => {
    await waitUntil('an answer that holds', async () => (await ocspAnswer(medium)) === 'good', within);
    await waitUntil('a list that holds', async () => {
      const { nextUpdate, lastUpdate } = await crlTimes();
      return lastUpdate <= clock.now() && nextUpdate > clock.now();
    }, within);
  });

  it('tells of what ends soon when the day has come, once', async () => {
    await waitUntil('the mails', () => ownersMail().length > 0, within);
    expect(ownersMail().map(({ envelope }) => [...envelope.to].sort())).toEqual([['joe@corp.test', 'sec@corp.test']]);
    expect(about(short)).toEqual([]);
  });

  it('renews everything that is due twenty-five days later, deploys it, and catches up with its tasks once', async () => {
    const before = clock.now();
    const digests = mail.received.length;
    await jump({ days: 25 });
    await renewed('medium.corp.test', 2);
    await renewed('short.corp.test', 3);
    expect(Date.parse((await latest('short.corp.test')).notAfter)).toBeGreaterThan(clock.now().getTime() + 6 * dayMs);
    await waitUntil('its deployment', async () => deployed(await latest('short.corp.test')), within);
    for (const name of ['certificate_reissue', 'notify_expirations', 'send_security_expiration_summary', 'remove_old_acme_certs', 'clean_all_sources', 'disable_autorotate_without_endpoint', 'get_all_zones']) await hasRunSince(name, before);
    // Of the notices of thirty, fifteen and two days the one of fifteen is the only one that is due.
    await waitUntil('the mails', () => ownersMail().length > 1, within);
    expect(ownersMail()).toHaveLength(2);
    expect(mail.received.slice(digests).filter(({ subject }) => /summary|digest/i.test(subject)).length).toBeLessThanOrEqual(1);
    await waitUntil('an answer that holds', async () => (await ocspAnswer(await latest('medium.corp.test'))) === 'good', within);
    await waitUntil('a list that holds', async () => (await crlTimes()).nextUpdate > clock.now(), within);
  });

  it('does nothing twice, and goes on, when the clock is put back by an hour', async () => {
    const inventory = async () => expectOk(await client.get('/certificates?count=1')).total;
    await waitUntil('an end of what is on its way', async () => {
      const totals = await Promise.all(['pending', 'sending'].map(async (state) => expectOk(await client.get(`/deliveries?state=${state}`)).total));
      return totals.every((total) => total === 0);
    }, within);
    const [mails, certificates] = [mail.received.length, await inventory()];
    await jump({ hours: -1 });
    const asked = clock.now();
    const reissue = expectOk(await client.post('/tasks/certificate_reissue/run', {}));
    expect(reissue).toMatchObject({ name: 'certificate_reissue' });
    await waitUntil('a run in the new time', async () => {
      const { lastStartedAt } = await task('certificate_reissue');
      return new Date(lastStartedAt) >= asked && new Date(lastStartedAt) <= clock.now();
    }, within);
    await waitUntil('ticks in the new time', async () => {
      const { lastSuccessAt } = await task('report_celery_last_success_metrics');
      return new Date(lastSuccessAt) >= asked && new Date(lastSuccessAt) <= clock.now();
    }, within);
    expect({ told: mail.received.slice(mails).map(({ subject }) => subject), certificates: await inventory() }).toEqual({ told: [], certificates });
    const certificate = await create('after.corp.test', 30);
    await waitUntil('an answer that holds', async () => (await ocspAnswer(certificate)) === 'good', within);
    expectOk(await client.put(`/certificates/${certificate.id}/revoke`, { crlReason: 'superseded' }));
    await waitUntil('the answer that shows it', async () => (await ocspAnswer(certificate)) === 'revoked', within);
  });

  async function crlTimes(): Promise<{ lastUpdate: Date; nextUpdate: Date }> {
    const { stdout } = await openssl(['crl', '-inform', 'DER', '-noout', '-lastupdate', '-nextupdate'], (await fetched(`${platform.url}/crl/Jumping-CA.crl`)).bytes);
    const at = (name: string) => new Date(new RegExp(`${name}=(.*)`).exec(stdout)?.[1] ?? Number.NaN);
    return { lastUpdate: at('lastUpdate'), nextUpdate: at('nextUpdate') };
  }
});

const publicKey = ({ body }: Json): Buffer => new X509Certificate(body).publicKey.export({ type: 'spki', format: 'der' });
