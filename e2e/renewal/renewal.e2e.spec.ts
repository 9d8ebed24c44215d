import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startSmtp, type Smtp } from '@sifaka/peers';
import { createAuthority, createCertificate, expectOk, Platform, waitUntil, type Client, type Json } from '../harness/index.js';
import { startReceiver, type Receiver } from './receiver.js';

jest.setTimeout(180_000);

const dayMs = 86_400_000;
const within = 60_000;
const secret = 'a secret of sixteen or more';

describe('certificates that nobody looks after', () => {
  let mail: Smtp;
  let isAway = false;
  let receiver: Receiver;
  let folder: string;
  let platform: Platform;
  let admin: Client;
  let authority: Json;
  let place: Json;
  let policy: Json;

  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  /** Lives for so many days, of which so many are left. */
  const living = (days: number, left: number) => ({ validityStart: at((left - days) * dayMs), validityEnd: at(left * dayMs) });
  const create = (commonName: string, input: Json = {}): Promise<Json> => createCertificate(admin, { authority: { id: authority.id }, commonName, ...input });
  const shown = async ({ id }: Json): Promise<Json> => expectOk(await admin.get(`/certificates/${id}`));
  const named = async (commonName: string): Promise<Json[]> => expectOk(await admin.get(`/certificates?count=100&sortBy=id&sortDir=asc&filter=cn;${commonName}`)).items;
  const timelineOf = async ({ id }: Json): Promise<Json> => expectOk(await admin.get(`/certificates/${id}/timeline`));
  const labelsOf = ({ notifications }: Json): string[] => notifications.map(({ label }: Json) => label).sort();
  const about = ({ name }: Json) => mail.received.filter(({ raw, subject }) => `${subject} ${raw.replaceAll(/=\r?\n/g, '')}`.includes(String(name)));
  const recipientsOf = (certificate: Json) => about(certificate).map(({ envelope }) => [...envelope.to].sort());
  const deliveriesOf = async ({ id }: Json): Promise<Json[]> => expectOk(await admin.get(`/deliveries?certificateId=${id}`)).items;
  const stateOf = async (name: string): Promise<Json> => expectOk(await admin.get('/tasks?count=200')).items.find((each: Json) => each.name === name) ?? {};
  const run = async (name: string): Promise<Json> => {
    const before = await stateOf(name);
    expectOk(await admin.post(`/tasks/${name}/run`, {}));
    await waitUntil(`task ${name}`, async () => (await stateOf(name)).lastSuccessAt !== before.lastSuccessAt, within);
    return (await stateOf(name)).lastReport;
  };
  const nothingIsOnItsWay = () => waitUntil('nothing on its way', async () => {
    const waiting = await Promise.all(['pending', 'sending'].map(async (state) => expectOk(await admin.get(`/deliveries?state=${state}`)).total));
    return waiting.every((total) => total === 0);
  }, within);

  beforeAll(async () => {
    mail = await startSmtp({ tls: 'none', refuseMail: () => (isAway ? { code: 421, text: 'closing for maintenance' } : null) });
    receiver = await startReceiver(secret);
    folder = await mkdtemp(join(tmpdir(), 'sifaka-renewal-'));
    const mailing = { LEMUR_EMAIL: 'sifaka@platform.example', MAIL_SERVER: mail.host, MAIL_PORT: String(mail.port), LEMUR_SECURITY_TEAM_EMAIL: 'sec@corp.test', SIFAKA_ENABLE_REISSUE_NOTIFICATION: 'true' };
    platform = await Platform.start({ startLimitMs: 150_000, env: { ...mailing, SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SIFAKA_FILE_DESTINATION_FOLDERS: folder, SIFAKA_ALLOW_CERT_DELETION: 'true' } });
    admin = await platform.admin();
    authority = await createAuthority(admin, { name: 'Renewal CA', validityYears: null, validityStart: at(-400 * dayMs), validityEnd: at(4_000 * dayMs) });
    const options = [{ name: 'destinationPath', value: folder }];
    place = expectOk(await admin.post('/destinations', { label: 'here', description: 'of a test', plugin: { slug: 'file-destination', pluginOptions: options } }));
    policy = expectOk(await admin.post('/rotation_policies', { name: 'forty days', days: 40 }));
  });
  afterEach(() => {
    isAway = false;
  });
  afterAll(async () => {
    await platform.dispose();
    await Promise.all([mail.stop(), receiver.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  describe('renewal', () => {
    const extensions = { subAltNames: { names: ['series.corp.test', 'also.series.corp.test'].map((value) => ({ nameType: 'DNSName', value })) }, extendedKeyUsage: { useServerAuthentication: true, useClientAuthentication: true } };
    let channel: Json;
    let first: Json;
    let second: Json;

    it('makes a successor with the same attributes, a new key and a name of the series', async () => {
      const pluginOptions = Object.entries({ interval: 20, unit: 'days', url: receiver.url, secret }).map(([name, value]) => ({ name, value }));
      channel = expectOk(await admin.post('/notifications', { label: 'the program', description: 'is told', plugin: { slug: 'webhook-notification', pluginOptions } }));
      const wishes = { rotation: true, rotationPolicy: { name: policy.name }, name: 'the-series', owner: 'ann@corp.test', organization: 'Corp', country: 'NL', extensions };
      first = await create('series.corp.test', { ...wishes, ...living(90, 30), destinations: [{ id: place.id }], notifications: [{ id: channel.id }] });
      await run('certificate_reissue');
      await waitUntil('one successor', async () => (await named('series.corp.test')).length > 1, within);
      await run('certificate_reissue');
      const all = await named('series.corp.test');
      expect(all).toHaveLength(2);
      second = await shown(all[1]);
      expect(second).toMatchObject({ name: 'the-series-2', owner: 'ann@corp.test', rotation: true, rotationPolicy: { id: policy.id }, replaces: [{ id: first.id }], destinations: [{ label: 'here' }], authority: { id: authority.id }, user: first.user });
      const [old, renewed] = [first, second].map(({ body }) => new X509Certificate(body));
      expect(renewed?.subject).toBe(old?.subject);
      expect(renewed?.subjectAltName).toBe(old?.subjectAltName);
      expect(renewed?.keyUsage).toEqual(old?.keyUsage);
      expect(renewed?.publicKey.equals(old?.publicKey ?? new X509Certificate(authority.authorityCertificate.body).publicKey)).toBe(false);
      const lifeOf = ({ notBefore, notAfter }: Json) => Math.round((Date.parse(notAfter) - Date.parse(notBefore)) / dayMs);
      expect(lifeOf(second)).toBe(lifeOf(first));
      expect((await shown(first)).replacedBy ?? (await shown(first)).replaced).toMatchObject([{ id: second.id }]);
    });

    it('deploys it', async () => {
      await waitUntil('its deployment', async () => expectOk(await admin.get(`/certificates/${second.id}/deployments`)).items.some(({ state }: Json) => state === 'deployed'), within);
      expect(new X509Certificate(await readFile(join(folder, 'series.corp.test.crt'))).fingerprint256).toBe(new X509Certificate(second.body).fingerprint256);
    });

    it('passes its notifications on', async () => {
      await waitUntil('its notifications', async () => labelsOf(await shown(second)).length > 0, within);
      expect(labelsOf(await shown(second))).toEqual(['the program']);
    });

    it('says in the timeline of both what happened, and what comes next', async () => {
      const old = await timelineOf(first);
      expect(old).toMatchObject({ missing: [], renewal: { state: 'renewed', successorId: second.id } });
      expect(old.items.some(({ kind, state }: Json) => kind === 'renewed' && state === 'done')).toBe(true);
      const { next, renewal, items } = await timelineOf(second);
      expect(renewal).toMatchObject({ state: 'planned', successorId: null });
      expect(next).toMatchObject({ state: 'planned' });
      expect(items.map(({ kind }: Json) => kind)).toEqual(expect.arrayContaining(['issued', 'deployed', 'renewal', 'expiry']));
    });

    it('is not for what is revoked, on hold, deleted or replaced', async () => {
      const wishes = { rotation: false, rotationPolicy: { name: policy.name }, ...living(90, 30) };
      const [revoked, held, deleted, replaced] = await Promise.all(['revoked', 'held', 'deleted', 'replaced'].map((name) => create(`${name}.left.corp.test`, wishes)));
      expectOk(await admin.put(`/certificates/${revoked.id}/revoke`, { crlReason: 'superseded' }));
      expectOk(await admin.put(`/certificates/${held.id}/revoke`, { crlReason: 'certificateHold' }));
      await create('replaced.left.corp.test', { replaces: [{ id: replaced.id }] });
      for (const { id } of [replaced]) expectOk(await admin.post(`/certificates/${id}`, { rotation: true }));
      expect((await admin.delete(`/certificates/${deleted.id}`)).status).toBeLessThan(300);
      await run('certificate_reissue');
      for (const name of ['revoked', 'held', 'deleted']) expect((await named(`${name}.left.corp.test`)).length).toBeLessThanOrEqual(1);
      expect(await named('replaced.left.corp.test')).toHaveLength(2);
    });
  });

  describe('the end of a certificate', () => {
    it('is told once to owner and security team, by mail and to programs', async () => {
      const certificate = await create('ending.corp.test', { owner: 'joe@a.test', ...living(90, 14) });
      const program = await create('program.corp.test', { owner: 'joe@a.test', notifications: [{ label: 'the program' }], ...living(90, 14) });
      for (const _time of [1, 2]) await run('notify_expirations');
      await nothingIsOnItsWay();
      expect(recipientsOf(certificate)).toEqual([['joe@a.test', 'sec@corp.test']]);
      expect(receiver.refused).toEqual([]);
      const told = receiver.genuine.filter(({ data }) => data.certificates.some(({ id }: Json) => id === program.id));
      expect(told).toMatchObject([{ type: 'sifaka.notification.expiration', data: { intervalDays: 20, certificates: [{ commonName: 'program.corp.test', owner: 'joe@a.test' }] } }]);
    });

    it('has labels of its own for each of two owners with the same name', async () => {
      const [one, other] = [await create('one.corp.test', { owner: 'joe@a.test' }), await create('other.corp.test', { owner: 'joe@b.test' })];
      const own = (certificate: Json) => labelsOf(certificate).filter((label) => !label.includes('SECURITY'));
      expect(own(one).filter((label) => own(other).includes(label))).toEqual([]);
      expect([own(one).length, own(other).length]).toEqual([3, 3]);
    });

    it('is told when the mail server is back, once, and why not before', async () => {
      isAway = true;
      const certificate = await create('waiting.corp.test', { owner: 'bob@a.test', ...living(90, 14) });
      await run('notify_expirations');
      await waitUntil('tries in vain', async () => {
        const waiting = await deliveriesOf(certificate);
        return waiting.length === 1 && waiting.every(({ attempts, state }) => attempts > 0 && state === 'pending');
      }, within);
      for (const { state, lastError, nextTryAt } of await deliveriesOf(certificate)) expect({ state, lastError, nextTryAt }).toEqual({ state: 'pending', lastError: expect.stringContaining('closing for maintenance'), nextTryAt: expect.any(String) });
      isAway = false;
      for (const { id } of await deliveriesOf(certificate)) expectOk(await admin.post(`/deliveries/${id}/retry`, {}));
      await waitUntil('the mails', async () => (await deliveriesOf(certificate)).every(({ state }) => state === 'delivered'), within);
      await run('notify_expirations');
      await nothingIsOnItsWay();
      expect(recipientsOf(certificate)).toEqual([['bob@a.test', 'sec@corp.test']]);
    });

    it('is not told while the renewal is in time, and is when that is late', async () => {
      const ours = await createAuthority(admin, { name: 'Sleeping CA', validityYears: null, validityStart: at(-400 * dayMs), validityEnd: at(4_000 * dayMs) });
      const rotating = { authority: { id: ours.id }, rotation: true, owner: 'eve@a.test', rotationPolicy: { name: 'forty days' } };
      const hourly = expectOk(await admin.post('/rotation_policies', { name: 'an hour', hours: 1 }));
      const settled = await create('settled.corp.test', { ...rotating, rotationPolicy: { name: hourly.name }, ...living(90, 14) });
      await run('notify_expirations');
      await nothingIsOnItsWay();
      expect(recipientsOf(settled)).toEqual([]);
      const late = await create('late.corp.test', { ...rotating, rotation: false, ...living(90, 5) });
      expectOk(await admin.put(`/authorities/${ours.id}`, { owner: ours.owner, description: ours.description, active: false, roles: ours.roles ?? [] }));
      expectOk(await admin.post(`/certificates/${late.id}`, { rotation: true }));
      await run('certificate_reissue');
      await waitUntil('the failure in the timeline', async () => (await timelineOf(late)).renewal.lastError !== null, within);
      expect((await timelineOf(late)).renewal).toMatchObject({ state: 'failing', isLate: true });
      await run('notify_expirations');
      const typesOf = async () => (await deliveriesOf(late)).map(({ type }) => String(type)).sort();
      await waitUntil('the messages', async () => (await typesOf()).length >= 3, within);
      await nothingIsOnItsWay();
      expect(await typesOf()).toEqual(['expiration', 'reissue_failed', 'renewal_late']);
      expect(about(late)).toHaveLength(3);
      expect(await named('late.corp.test')).toHaveLength(1);
    });
  });

  it('tells the owner of a revocation', async () => {
    const certificate = await create('gone.corp.test', { owner: 'amy@a.test' });
    expectOk(await admin.put(`/certificates/${certificate.id}/revoke`, { crlReason: 'keyCompromise' }));
    await waitUntil('the mail', () => about(certificate).length > 0, within);
    expect(recipientsOf(certificate)).toEqual([['amy@a.test']]);
  });

  it('sends a test message, and shows what a message looks like', async () => {
    const [mine] = expectOk(await admin.get('/notifications?filter=label;DEFAULT_JOE_30_DAY')).items;
    const count = mail.received.length;
    expect(expectOk(await admin.post(`/notifications/${mine.id}/test`, {}))).toMatchObject({ isWorking: true });
    expect(mail.received.slice(count)).toHaveLength(1);
    expect(expectOk(await admin.get('/notifications/preview/renewal_late'))).toMatchObject({ subject: expect.stringContaining('Sifaka'), text: expect.any(String) });
    isAway = true;
    expect(expectOk(await admin.post(`/notifications/${mine.id}/test`, {}))).toMatchObject({ isWorking: false, detail: expect.stringContaining('closing for maintenance') });
  });
});
