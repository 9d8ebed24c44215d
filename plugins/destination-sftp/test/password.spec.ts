import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import ssh2 from 'ssh2';
import plugin from '../src/index.js';

const password = 'open sesame';
const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));

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
    const options = parsePluginOptions(plugin, named({ host: '127.0.0.1', port, user: 'web', password: given }));
    return plugin.create(options, testContext({ outbound: loopbackOutbound() })).check?.() ?? Promise.resolve();
  };

  it('lets in who has the password, and says what is missing then', async () => {
    await expect(check(password)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'sftp.not_offered' });
  });

  it('refuses another one, which is not repeated in the fault', async () => {
    const fault: unknown = await check('not the password').then(() => null, (error: unknown) => error);
    expect(fault).toMatchObject({ code: 'permission_denied', message: expect.stringContaining('does not let "web" in with this password') });
    expect(JSON.stringify(fault)).not.toContain('not the password');
  });
});
