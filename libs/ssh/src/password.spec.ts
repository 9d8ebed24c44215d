import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import ssh2 from 'ssh2';
import { z } from 'zod';
import { SshLogin } from './ssh-login.js';
import { sshOptions } from './ssh-options.js';

const password = 'open sesame';

/** An SSH server that takes one password, in one way, and offers no SFTP: whoever gets as far as that is logged in. */
function startServer(method: 'password' | 'keyboard-interactive'): Promise<ssh2.Server> {
  const hostKey = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } }).privateKey;
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (attempt) => {
      if (attempt.method === 'password' && method === 'password' && attempt.password === password) attempt.accept();
      else if (attempt.method === 'keyboard-interactive' && method === 'keyboard-interactive') {
        attempt.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
          if (answers[0] === password) attempt.accept();
          else attempt.reject([method]);
        });
      } else attempt.reject([method]);
    });
    client.on('session', (_accept, reject) => reject());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe.each(['password', 'keyboard-interactive'] as const)('a server that asks by %s', (method) => {
  let server: ssh2.Server;
  beforeAll(async () => (server = await startServer(method)));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const check = (given: string) => {
    const { port } = server.address() as AddressInfo;
    const options = z.object(sshOptions).parse({ host: '127.0.0.1', port, user: 'web', password: given });
    return new SshLogin(options, testContext({ outbound: loopbackOutbound() })).during((session) => session.files());
  };

  it('lets in who has the password, and says what is missing then', async () => {
    await expect(check(password)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'ssh.no_sftp' });
  });

  it('refuses another one, which is not repeated in the fault', async () => {
    const fault: unknown = await check('not the password').then(() => null, (error: unknown) => error);
    expect(fault).toMatchObject({ code: 'permission_denied', message: expect.stringContaining('does not let "web" in with this password') });
    expect(JSON.stringify(fault)).not.toContain('not the password');
  });
});
