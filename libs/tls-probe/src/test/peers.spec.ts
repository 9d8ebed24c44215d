import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { describeWithPeers, startDovecot, startHaproxy, startMariadb, startNginx, startPostfix, startPostgres, startProsody, startSlapd, startVsftpd, type TlsServer } from '@sifaka/peers';
import type { StartTls } from '@sifaka/plugin-sdk';
import { probeTls } from '../probe-tls.js';
import { surveyTls } from '../survey-tls.js';
import { at, counting, derOf, testCertificate } from './servers.js';

const peers: [string, StartTls | null, () => Promise<Omit<TlsServer, 'place'>>, string][] = [
  ['haproxy', null, startHaproxy, 'haproxy'],
  ['postfix', 'smtp', startPostfix, 'postfix'],
  ['dovecot', 'imap', () => startDovecot('imap'), 'dovecot for IMAP'],
  ['dovecot', 'pop3', () => startDovecot('pop3'), 'dovecot for POP3'],
  ['vsftpd', 'ftp', startVsftpd, 'vsftpd'],
  ['slapd', 'ldap', startSlapd, 'slapd'],
  ['setpriv', 'postgres', startPostgres, 'PostgreSQL'],
  ['mariadb', 'mysql', startMariadb, 'MariaDB'],
  ['prosody', 'xmpp', startProsody, 'Prosody'],
];

for (const [program, protocol, start, title] of peers) {
  describeWithPeers([program], `a real ${title}`, () => {
    it('presents its certificate and says which versions it speaks', async () => {
      const server = await start();
      try {
        const { connect: open } = counting();
        const target = at(server, protocol, 'chat.example.test');
        const presented = await probeTls(target, { connect: open, timeoutMs: 10_000 });
        expect(presented.keyProof).toBe('proven');
        expect(presented.chainDer[0]).toEqual(derOf(server.certificatePem));
        const told = await surveyTls(target, { connect: open, timeoutMs: 30_000, what: 'ciphers', known: presented.protocol });
        expect(told.protocols.find(({ version }) => version === 'TLSv1.2')?.isSupported).toBe(true);
        expect(told.ciphers).toEqual(expect.arrayContaining(['ECDHE-ECDSA-AES256-GCM-SHA384']));
        expect(await isAlive(server.port)).toBe(true);
      } catch (error) {
        throw new Error(`${String(error)}\n${server.log().slice(-2_000)}`, { cause: error });
      } finally {
        await server.stop();
      }
    });
  });
}

describeWithPeers(['nginx', 'openssl'], 'a real nginx', () => {
  it('with old protocols alone is asked in a way that it understands', async () => {
    const { cert, key, der } = await testCertificate('rsa');
    const block = (port: number | undefined, protocols: string) => `server { listen 127.0.0.1:${port} ssl; ssl_certificate $dir/server.pem; ssl_certificate_key $dir/server.key; ssl_protocols ${protocols}; ssl_ciphers ALL:@SECLEVEL=0; }`;
    const server = await startNginx({
      ports: 3,
      files: { 'server.pem': cert, 'server.key': key },
      http: ({ folder, ports }) => ['TLSv1', 'TLSv1.1 TLSv1.2', 'TLSv1.3'].map((protocols, index) => block(ports[index], protocols)).join('\n').replaceAll('$dir', folder),
    });
    try {
      const { connect: open } = counting();
      const seen = [];
      for (const port of server.ports) {
        const { chainDer, protocol } = await probeTls(at({ port }), { connect: open, timeoutMs: 5_000 });
        expect(chainDer).toEqual([der]);
        const { protocols } = await surveyTls(at({ port }), { connect: open, timeoutMs: 5_000, what: 'protocols', known: protocol });
        seen.push(protocols.flatMap(({ version, isSupported }) => (isSupported === true ? [version] : [])));
      }
      expect(seen).toEqual([['TLSv1'], ['TLSv1.1', 'TLSv1.2'], ['TLSv1.3']]);
    } finally {
      await server.stop();
    }
  });
});

/** After all that it still takes connections. */
const isAlive = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false)).once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
