import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Platform, createAuthority, createCertificate, freePort, run } from './harness/index.js';
import { usePlatform } from './harness/suite.js';

describe('the platform, started by its command', () => {
  const platform = usePlatform();

  it('answers its health check', async () => {
    const answer = await platform().anonymous.get('/healthcheck');
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: 'ok' });
  });

  it('lets the first administrator in', async () => {
    const me = await (await platform().admin()).get('/auth/me');
    expect(me.status).toBe(200);
    expect(me.body).toMatchObject({ username: 'admin', active: true });
  });

  it('asks for a token, and refuses one that it did not issue', async () => {
    const anonymous = platform().anonymous;
    expect((await anonymous.get('/certificates')).status).toBe(401);
    expect((await anonymous.as('not.a.token').get('/certificates')).status).toBe(403);
  });

  it('refuses a wrong password with a message that tells no more', async () => {
    const answer = await platform().anonymous.post('/auth/login', { username: 'admin', password: 'wrong' });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.body)).toContain('message');
  });

  it('keeps everything it writes to its owner', () => {
    expect(statSync(platform().dataDir).mode & 0o777).toBe(0o700);
    for (const name of ['master-key', 'token-secret', 'caller-key'])
      expect(statSync(join(platform().dataDir, name)).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(join(platform().dataDir, 'passwords'))) {
      expect(statSync(join(platform().dataDir, 'passwords', name)).mode & 0o777).toBe(0o600);
    }
  });

  it('is stopped by SIGTERM in less than ten seconds, children included, and starts again in less than five', async () => {
    const stopped = await platform().stop();
    expect(stopped.code).toBe(0);
    expect(stopped.elapsedMs).toBeLessThan(10_000);
    await platform().start();
    expect(platform().startedInMs).toBeLessThan(5_000);
  });

  it('recovers by itself after everything was killed, with all that it had acknowledged', async () => {
    const client = await platform().admin();
    const authority = await createAuthority(client);
    const certificate = await createCertificate(client, { authority: { id: authority.id } });
    await platform().kill();
    await platform().start();
    const after = await platform().admin();
    expect((await after.get(`/certificates/${certificate.id}`)).body.serial).toBe(certificate.serial);
    expect((await after.get(`/certificates/${certificate.id}/key`)).body.key).toContain('PRIVATE KEY');
  });
});

describe('a start that cannot succeed', () => {
  const start = async (env: Record<string, string>) => {
    const folder = mkdtempSync(join(tmpdir(), 'sifaka-fault-'));
    const given = { SIFAKA_DATA_DIR: join(folder, 'data'), SIFAKA_PORT: String(await freePort()), ...env };
    const result = await run('env', [
      ...Object.entries(given).map(([name, value]) => `${name}=${value}`),
      process.execPath,
      'scripts/start.mjs',
    ]);
    rmSync(folder, { recursive: true, force: true });
    return { code: result.code, lines: result.stderr.trim().split('\n') };
  };

  it('names the port that is in use and what to do', async () => {
    const platform = await Platform.start();
    const { code, lines } = await start({ SIFAKA_PORT: String(platform.port) });
    await platform.dispose();
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`port ${platform.port} .* is in use.*SIFAKA_PORT`))]);
  });

  it('names the database that cannot be reached, without its password', async () => {
    const { code, lines } = await start({ DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:1/sifaka' });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/127\.0\.0\.1:1.*DATABASE_URL/)]);
    expect(lines.join()).not.toContain('hidden');
  });

  it('does not make a new master key for a database that an old one encrypted, and starts when the old one is back', async () => {
    const platform = await Platform.start();
    await platform.stop();
    const key = join(platform.dataDir, 'master-key');
    renameSync(key, `${key}.lost`);
    await expect(platform.start()).rejects.toThrow(/master-key is missing.*restore/);
    expect(existsSync(key)).toBe(false);
    renameSync(`${key}.lost`, key);
    await platform.start();
    await platform.dispose();
  });

  it('refuses a wrong master key, and names the key that the data needs', async () => {
    const platform = await Platform.start();
    await createAuthority(await platform.admin());
    await platform.stop();
    writeFileSync(join(platform.dataDir, 'master-key'), randomBytes(32).toString('base64'));
    await expect(platform.start()).rejects.toThrow(/master key.*[0-9a-f]{16}/);
    await platform.dispose();
  });
});
