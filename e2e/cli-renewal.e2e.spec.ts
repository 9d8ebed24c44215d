import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSmtp, type Smtp } from '@sifaka/peers';
import { CommandLine } from './harness/command-line.js';
import { createAuthority, createCertificate, expectOk, Platform, type Client, type Json } from './harness/index.js';

const dayMs = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'sifaka-cli-renewal-'));
const certs = join(folder, 'certs');
mkdirSync(certs);

describe('the sifaka command with certificates that come to their end', () => {
  let mail: Smtp;
  let platform: Platform;
  const line = new CommandLine(() => platform, folder);
  let admin: Client;
  let authority: Json;
  let first: Json;

  const at = (days: number) => new Date(Date.now() + days * dayMs).toISOString();

  beforeAll(async () => {
    mail = await startSmtp({ tls: 'none' });
    const mailing = { LEMUR_EMAIL: 'sifaka@platform.example', MAIL_SERVER: mail.host, MAIL_PORT: String(mail.port), LEMUR_SECURITY_TEAM_EMAIL: 'sec@corp.test' };
    platform = await Platform.start({ startLimitMs: 150_000, env: { ...mailing, SIFAKA_FILE_SOURCE_FOLDERS: certs } });
    admin = await platform.admin();
    authority = await createAuthority(admin, { name: 'Command CA', validityYears: null, validityStart: at(-400), validityEnd: at(4_000) });
    await line.login();
  }, 200_000);
  afterAll(async () => {
    await platform.dispose();
    await mail.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps rotation policies', async () => {
    expect(await line.run(['policy', 'create', 'nothing'])).toMatchObject({ code: 1, out: '', said: expect.stringContaining('days') });
    await line.json(['policy', 'create', 'forty', '--days', '40']);
    expect((await line.run(['policy', 'update', 'forty', '--hours', '12'])).out).toContain('40 d 12 h');
    expect(await line.run(['policy', 'delete', 'fifty', '--yes'])).toMatchObject({ code: 4, said: expect.stringContaining('there is no rotation policy "fifty"') });
  });

  it('gives a certificate another rotation policy, which moves its renewal and nothing else', async () => {
    const wish = { authority: { id: authority.id }, name: 'edited', commonName: 'edited.corp.test', owner: 'joe@corp.test', description: 'kept', rotation: true };
    await createCertificate(admin, { ...wish, validityStart: at(-10), validityEnd: at(90) });
    const windowStart = async () => Date.parse((await line.json(['certificate', 'timeline', 'edited'])).renewal.windowStart);
    const before = await windowStart();
    expect(await line.json(['certificate', 'edit', 'edited', '--rotation-policy', 'forty'])).toMatchObject({ rotation: true, description: 'kept', rotationPolicy: { name: 'forty', days: 40, hours: 12 } });
    expect((before - (await windowStart())) / dayMs).toBe(10.5);
    expect((await line.run(['certificate', 'edit', 'edited', '--rotation', 'off', '--rotation-policy', 'default'])).out).toMatch(/^Rotation +off, policy default$/m);
    expect(await line.run(['certificate', 'edit', 'edited', '--rotation-policy', 'fifty'])).toMatchObject({ code: 4, said: expect.stringContaining('there is no rotation policy "fifty"') });
    expect(await line.run(['certificate', 'edit', 'edited'])).toMatchObject({ code: 1, said: expect.stringContaining('--rotation-policy') });
    expect(await line.run(['certificate', 'edit', 'edited', '--rotation', 'maybe'])).toMatchObject({ code: 2, said: expect.stringContaining('must be on or off') });
  });

  it('reissues a certificate after saying what it would ask for, and tells its life', async () => {
    first = await createCertificate(admin, { authority: { id: authority.id }, name: 'by-command', commonName: 'www.corp.test', owner: 'joe@corp.test', validityStart: at(-60), validityEnd: at(14) });
    const plan = await line.run(['certificate', 'reissue', 'by-command', '--dry-run']);
    expect(plan).toMatchObject({ code: 0, out: expect.stringMatching(/Replaces +by-command\nAuthority +Command CA/) });
    const second = await line.json(['certificate', 'reissue', 'by-command']);
    expect(second).toMatchObject({ name: 'by-command-2', replaces: [{ id: first.id }] });
    expect(await line.run(['certificate', 'reissue', 'by-command'])).toMatchObject({ code: expect.any(Number), said: expect.stringContaining('by-command-2') });
    const { code, out, said } = await line.run(['certificate', 'timeline', 'by-command']);
    expect({ code, out, said }).toMatchObject({ code: 0, out: expect.stringContaining('by-command-2'), said: expect.stringContaining('renewal: ') });
  });

  it('runs a task, waits for it, and shows what it reported', async () => {
    const ending = await createCertificate(admin, { authority: { id: authority.id }, name: 'ending', commonName: 'ending.corp.test', owner: 'joe@corp.test', validityStart: at(-60), validityEnd: at(14) });
    const ran = await line.run(['task', 'run', 'notify_expirations', '--wait']);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('"told": 2') });
    expect((await line.run(['task', 'list'])).out).toMatch(/certificate_reissue +0 9 \* \* \*/);
    expect(await line.run(['task', 'run', 'certificate_reisue'])).toMatchObject({ code: 4, said: expect.stringContaining('certificate_reisue') });
    const sent = await line.json(['delivery', 'list', '--certificate', ending.name]);
    expect(sent).toHaveLength(1);
    const shown = await line.run(['delivery', 'show', String(sent[0].id)]);
    expect(shown.out).toMatch(/^Subject +Sifaka: ending expires/m);
    expect(await line.json(['delivery', 'retry', '--all'])).toEqual({ retriedIds: [] });
    expect(await line.run(['delivery', 'retry'])).toMatchObject({ said: expect.stringContaining('--all') });
  }, 60_000);

  it('adds, tries, changes and deletes a notification', async () => {
    const set = ['--set', 'interval=10', 'unit=days', 'recipients=team@corp.test'];
    expect(await line.json(['notification', 'create', 'ours', '--type', 'email-notification', ...set, '--certificate', 'by-command'])).toMatchObject({ label: 'ours' });
    expect(await line.run(['notification', 'test', 'ours'])).toMatchObject({ code: 0 });
    expect(mail.received.at(-1)?.envelope.to).toEqual(['team@corp.test']);
    expect((await line.run(['notification', 'preview', 'expiration'])).out).toMatch(/^Subject +\S/);
    expect((await line.run(['notification', 'certificates', 'ours'])).out).toContain('by-command');
    expect((await line.json(['notification', 'update', 'ours', '--off'])).active).toBe(false);
    expect(await line.run(['notification', 'delete', 'ours', '--yes'])).toMatchObject({ code: 0, said: expect.stringContaining('ours is deleted') });
  }, 60_000);

  it('shows how an authority publishes, publishes, holds and releases', async () => {
    expect(await line.run(['authority', 'publish', 'Command CA'])).toMatchObject({ code: 0, out: expect.stringMatching(/CRL +number \d+, 0 revoked/) });
    expect(await line.run(['certificate', 'revoke', 'ending', '--reason', 'certificateHold', '--yes'])).toMatchObject({ code: 0, said: expect.stringContaining('ending is on hold') });
    expect(expectOk(await admin.get(`/certificates?filter=name;ending`)).items[0].status).toBe('revoked');
    expect((await line.run(['certificate', 'show', 'ending'])).out).toMatch(/^Revocation +on hold since \S+, certificateHold$/m);
    expect(await line.run(['certificate', 'release', 'ending'])).toMatchObject({ code: 0, said: expect.stringContaining('valid again') });
    expect((await line.run(['authority', 'revocation', 'Command CA'])).out).toContain('/crl/Command-CA.crl');
    const checked = await line.run(['certificate', 'check', 'ending']);
    expect(checked.out + checked.said).toMatch(/The CA says|outbound|address/);
  }, 60_000);

  it('says what of a source nobody uses', async () => {
    await line.json(['source', 'create', 'files', '--type', 'file-source', '--set', `path=${certs}`, '--schedule', 'none']);
    const { code, said } = await line.run(['source', 'clean', 'files']);
    expect({ code, said }).toMatchObject({ code: 0 });
  });
});
