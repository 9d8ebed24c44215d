import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandLine } from './harness/command-line.js';
import { openssl } from './harness/index.js';
import { usePlatform } from './harness/suite.js';

describe('the sifaka command', () => {
  const platform = usePlatform();
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-cli-'));
  const line = new CommandLine(platform, folder);

  const request = (name: string, ...more: string[]) => ['certificate', 'request', '--authority', 'CLI Issuing', '--owner', 'team@corp.test', '--cn', name, ...more];

  beforeAll(async () => {
    await line.login();
    await line.json(['authority', 'create', 'CLI Root', '--owner', 'pki@corp.test']);
    await line.json(['authority', 'create', 'CLI Issuing', '--owner', 'pki@corp.test', '--parent', 'CLI Root', '--years', '5', '--path-length', '0']);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the login where its owner alone reads it', () => {
    expect(statSync(join(folder, '.config/sifaka/session.json')).mode & 0o777).toBe(0o600);
  });

  it('requests a certificate, finds it and writes it where its owner alone reads it', async () => {
    const made = await line.json(request('cli.corp.test', '--san', '10.0.0.7', '--days', '30'));
    const listed = await line.json(['certificate', 'list', '--search', 'cli.corp.test']);
    expect(listed.map(({ id }: { id: number }) => id)).toEqual([made.id]);
    expect((await line.run(['certificate', 'export', made.name, '--file', 'cli.pem'])).code).toBe(0);
    expect(statSync(join(folder, 'cli.pem')).mode & 0o777).toBe(0o600);
    const names = await openssl(['x509', '-noout', '-ext', 'subjectAltName'], readFileSync(join(folder, 'cli.pem'), 'utf8'));
    expect(names.stdout).toContain('DNS:cli.corp.test, IP Address:10.0.0.7');
    expect((await line.run(['certificate', 'export', made.name, '--file', 'cli.pem'])).said).toContain('exists already');
  });

  it('writes a PKCS#12 file to a pipe and its passphrase beside it', async () => {
    const { id } = await line.json(request('p12.corp.test'));
    const { code, said } = await line.run([
      'certificate',
      'export',
      String(id),
      '--format',
      'openssl-export',
      '--set',
      'type=PKCS12 (.p12)',
      '--file',
      'cli.p12',
    ]);
    expect(code).toBe(0);
    const passphrase = /passphrase: (.+)/.exec(said)?.[1] ?? '';
    const opened = await openssl(['pkcs12', '-in', join(folder, 'cli.p12'), '-nokeys', '-clcerts', '-passin', `pass:${passphrase}`]);
    expect(opened.stdout).toContain('p12.corp.test');
  });

  it('asks before it revokes, and does it when told so', async () => {
    const { name } = await line.json(request('gone.corp.test'));
    const asked = await line.run(['certificate', 'revoke', name]);
    expect(asked).toMatchObject({ code: 1, said: expect.stringContaining('--yes') });
    expect(await line.run(['certificate', 'revoke', name, '--reason', 'superseded', '--yes'])).toMatchObject({ code: 0 });
    expect((await line.json(['certificate', 'show', name])).status).toBe('revoked');
  });

  it('hands a certificate to another owner and takes one that was issued elsewhere', async () => {
    const { id, name } = await line.json(request('hand.corp.test'));
    await line.run(['certificate', 'owner', name, 'other@corp.test']);
    expect((await line.json(['certificate', 'show', String(id)])).owner).toBe('other@corp.test');
    await openssl([
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=else.corp.test',
      '-keyout',
      join(folder, 'else.key'),
      '-out',
      join(folder, 'else.pem'),
    ]);
    const uploaded = await line.json(['certificate', 'upload', '--body', 'else.pem', '--key', 'else.key', '--owner', 'team@corp.test']);
    expect(uploaded.hasPrivateKey).toBe(true);
  });

  it('makes a token that programs log in with', async () => {
    const { out: token } = await line.run(['api-key', 'create', 'pipeline', '--days', '1']);
    const { code, out } = await line.run(['whoami'], '', { HOME: join(folder, 'nobody'), SIFAKA_TOKEN: token.trim() });
    expect(code).toBe(0);
    expect(out).toContain('admin');
  });

  it('shows users, roles, domains and the audit log', async () => {
    expect(await line.json(['user', 'list'])).toHaveLength(1);
    expect((await line.json(['role', 'create', 'web-team', '--member', 'admin'])) as unknown[]).toHaveLength(1);
    expect((await line.run(['domain', 'add', 'pay.corp.test', '--sensitive'])).out).toContain('yes');
    expect((await line.json(['audit', '--action', 'role.created'])).length).toBeGreaterThan(0);
  });

  it.each([
    [
      1,
      ['certificate', 'request', '--authority', 'CLI Issuing', '--owner', 'nobody', '--cn', 'x.corp.test'],
      'owner: must be an e-mail address',
    ],
    [2, ['certificate', 'list', '--count', 'many'], 'must be a positive whole number'],
    [2, ['certificate', 'dance'], "unknown command 'dance'"],
    [3, ['whoami', '--token', 'not-a-token'], 'sifaka login'],
    [4, ['certificate', 'show', 'none'], 'there is no certificate with the name "none"'],
    [5, ['whoami', '--url', 'http://127.0.0.1:1', '--token', 'x'], 'http://127.0.0.1:1 cannot be reached'],
  ])('ends with %i and says why: %j', async (code, args, words) => {
    const ended = await line.run(args);
    expect(ended.said).toContain(words);
    expect(ended).toMatchObject({ code, out: '' });
  });

  it('sends a kept token to the server that gave it and to no other', async () => {
    const { said } = await line.run(['whoami'], '', { SIFAKA_URL: platform().url.replace('127.0.0.1', 'localhost') });
    expect(said).toContain('Authorization');
  });
});
