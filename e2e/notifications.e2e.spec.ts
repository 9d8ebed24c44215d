import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSmtp, type Smtp } from '@sifaka/peers';
import { createAuthority, createCertificate, expectOk, Platform, waitUntil, type Client, type Json } from './harness/index.js';

const dayMs = 86_400_000;
const startLimitMs = 150_000;

describe.each(['standalone', 'services'] as const)('people who are told by the platform (%s)', (mode) => {
  let mail: Smtp;
  let isAway = false;
  let started: Platform | null = null;
  let admin: Client;
  let authority: Json;

  beforeAll(async () => {
    mail = await startSmtp({ tls: 'none', refuseMail: () => (isAway ? { code: 421, text: 'closing for maintenance' } : null) });
    started = await Platform.start({ mode, env: { LEMUR_EMAIL: 'sifaka@platform.example', MAIL_SERVER: mail.host, MAIL_PORT: String(mail.port), LEMUR_SECURITY_TEAM_EMAIL: 'sec@corp.test', LEMUR_HOSTNAME: 'sifaka.corp.test' } });
    admin = await started.admin();
    authority = await createAuthority(admin);
  }, startLimitMs);
  afterAll(async () => {
    await started?.dispose();
    await mail.stop();
  });

  const ending = (days: number, input: Json = {}): Promise<Json> =>
    createCertificate(admin, { authority: { id: authority.id }, validityEnd: new Date(Date.now() + days * dayMs).toISOString(), ...input });
  const about = ({ name }: Json) => mail.received.filter(({ raw, subject }) => `${subject} ${raw.replaceAll(/=\r?\n/g, '')}`.includes(String(name)));
  const run = async (task: string) => {
    const before = await reportOf(task);
    expectOk(await admin.post(`/tasks/${task}/run`, {}));
    await waitUntil(`task ${task}`, async () => (await reportOf(task)).lastSuccessAt !== before.lastSuccessAt);
    await waitUntil('nothing on its way', async () => (await countOf('pending')) + (await countOf('sending')) === 0);
    return (await reportOf(task)).lastReport;
  };
  const countOf = async (state: string): Promise<number> => Number(expectOk(await admin.get(`/deliveries?state=${state}`)).total);
  const reportOf = async (task: string): Promise<Json> => expectOk(await admin.get('/tasks?count=200')).items.find(({ name }: Json) => name === task) ?? {};

  it('hear of a certificate that ends soon, once', async () => {
    const certificate = await ending(20, { owner: 'joe@a.test' });
    const spared = await ending(40, { owner: 'joe@a.test' });
    expect(certificate.notifications.map(({ label }: Json) => label).sort()).toEqual([15, 2, 30].flatMap((days) => [`DEFAULT_JOE_${days}_DAY`, `DEFAULT_SECURITY_${days}_DAY`]).sort());
    expect(await run('notify_expirations')).toMatchObject({ told: 2 });
    expect(about(certificate).map(({ envelope }) => [...envelope.to].sort())).toEqual([['joe@a.test', 'sec@corp.test']]);
    expect(await run('notify_expirations')).toMatchObject({ told: 0 });
    expect([about(certificate).length, about(spared).length]).toEqual([1, 0]);
    const deliveries = expectOk(await admin.get(`/deliveries?certificateId=${certificate.id}`));
    expect(deliveries.items.map(({ state, type }: Json) => [state, type])).toEqual([['delivered', 'expiration']]);
    const { items: entries, missing } = expectOk(await admin.get(`/certificates/${certificate.id}/timeline`));
    const planned = entries.filter(({ kind, state }: Json) => kind === 'notification' && state === 'planned');
    expect([planned.length, missing]).toEqual([4, []]);
  });

  it('hear of a revocation, and get the digest once a day', async () => {
    const certificate = await ending(300, { owner: 'ann@a.test' });
    expectOk(await admin.put(`/certificates/${certificate.id}/revoke`, { crlReason: 'superseded' }));
    await waitUntil('the mail', () => about(certificate).length > 0);
    expect(about(certificate).map(({ envelope }) => envelope.to)).toEqual([['ann@a.test']]);
    const count = mail.received.length;
    for (const _time of [1, 2]) await run('send_security_expiration_summary');
    expect(mail.received.slice(count).map(({ envelope }) => envelope.to)).toEqual([['sec@corp.test']]);
  });

  it('keep what they chose, and their own set, with a new owner', async () => {
    const plugin = { slug: 'email-notification', pluginOptions: [{ name: 'interval', value: '2' }, { name: 'unit', value: 'weeks' }, { name: 'recipients', value: 'team@corp.test' }] };
    const mine = expectOk(await admin.post('/notifications', { label: 'two weeks', description: 'ahead', plugin }));
    const certificate = await ending(300, { owner: 'joe@b.test', notifications: [{ label: 'two weeks' }] });
    expect(certificate.notifications.map(({ label }: Json) => label)).toEqual(['two weeks']);
    const changed = expectOk(await admin.post(`/certificates/${certificate.id}/update/owner`, { owner: 'eve@b.test' }));
    expect(changed.notifications.map(({ label }: Json) => label).sort()).toEqual([15, 2, 30].map((days) => `DEFAULT_EVE_${days}_DAY`).concat('two weeks').sort());
    expect(expectOk(await admin.get(`/notifications/${mine.id}/certificates`)).items.map(({ id }: Json) => id)).toEqual([certificate.id]);
  });

  it('lose nothing while the mail server takes none', async () => {
    isAway = true;
    const certificate = await ending(10, { owner: 'bob@a.test' });
    expectOk(await admin.post('/tasks/notify_expirations/run', {}));
    const waiting = () => admin.get(`/deliveries?certificateId=${certificate.id}`).then((answer) => expectOk(answer).items as Json[]);
    await waitUntil('a try in vain', async () => (await waiting()).some(({ state, attempts, nextTryAt }) => state === 'pending' && attempts > 0 && nextTryAt !== null));
    isAway = false;
    for (const { id } of await waiting()) await admin.post(`/deliveries/${id}/retry`, {});
    await waitUntil('the mail', () => about(certificate).length === 1);
    await waitUntil('its note', async () => (await waiting()).every(({ state }) => state === 'delivered'));
    expect(about(certificate)).toHaveLength(1);
  });
});
