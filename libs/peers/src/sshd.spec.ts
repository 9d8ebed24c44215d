import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers } from './describe-with-peers.js';
import { run } from './programs.js';
import { runSsh } from './ssh-client.js';
import { startSshd, type Sshd } from './sshd.js';

describeWithPeers(['sshd'], 'an sshd of our own', () => {
  let folder: string;
  let server: Sshd;
  const file = (name: string) => readFile(join(folder, name), 'utf8');
  const keygen = (...args: string[]) => run('ssh-keygen', ['-q', ...args], { cwd: folder });

  /** Signs the user's key for this principal; returns the certificate. */
  const certificateFor = async (principal: string, serial = 1) => {
    await keygen('-s', 'ca', '-I', 'test', '-n', principal, '-z', String(serial), 'user.pub');
    return file('user-cert.pub');
  };
  const session = async (certificate: string) => ({
    ...server,
    certificate,
    privateKey: await file('user'),
    knownHosts: server.knownHostsLine,
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-sshd-test-'));
    for (const name of ['ca', 'user']) await keygen('-t', 'ed25519', '-N', '', '-C', '', '-f', name);
    server = await startSshd({ trustedUserCaKeys: await file('ca.pub') });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs a command for who has a certificate of its CA, and for nobody else', async () => {
    const accepted = await runSsh(await session(await certificateFor(server.user)), 'echo hello');
    expect(accepted).toMatchObject({ code: 0, stdout: 'hello\n' });
    const refused = await runSsh(await session(await certificateFor('somebody-else')), 'echo hello');
    expect(refused.code).toBe(255);
    expect(refused.stderr).toContain('Permission denied');
    expect(server.log()).toContain('Certificate invalid: name is not a listed principal');
  });

  it('refuses what was revoked since it was started', async () => {
    const certificate = await certificateFor(server.user, 7);
    expect((await runSsh(await session(certificate), 'true')).code).toBe(0);
    await keygen('-k', '-f', 'krl', '-s', 'ca.pub', 'user-cert.pub');
    await server.setRevokedKeys(await readFile(join(folder, 'krl')));
    expect((await runSsh(await session(certificate), 'true')).code).toBe(255);
    await server.setRevokedKeys('');
    expect((await runSsh(await session(certificate), 'true')).code).toBe(0);
  });

  it('is not trusted by a client that does not know its key', async () => {
    const stranger = { ...(await session(await certificateFor(server.user))), knownHosts: '' };
    expect((await runSsh(stranger, 'true')).stderr).toContain('Host key verification failed');
  });

  it('leaves no session behind', async () => {
    const other = await startSshd({ trustedUserCaKeys: await file('ca.pub') });
    const open = { ...(await session(await certificateFor(server.user))), port: other.port, knownHosts: other.knownHostsLine };
    const running = runSsh(open, 'echo ready >&2; exec sleep 60');
    while (!other.log().includes('Starting session')) await new Promise((resolve) => setTimeout(resolve, 10));
    await other.stop();
    expect((await running).code).toBe(255);
  });
});
