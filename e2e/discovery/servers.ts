import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@sifaka/peers';
import { openssl } from '../harness/index.js';

export const named = (values: Readonly<Record<string, unknown>>) => Object.entries(values).map(([name, value]) => ({ name, value }));

/** SHA-256 of a certificate in PEM, hex in lower case. */
export const fingerprintOf = (pem: string): string => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');

/** What OpenSSL's client is shown at a port, by fingerprint. */
export async function shownToOpenssl(port: number, startTls?: 'smtp' | 'ldap' | 'postgres'): Promise<string> {
  const options = startTls === undefined ? ['-servername', 'localhost'] : ['-starttls', startTls];
  const { stdout } = await openssl(['s_client', '-connect', `127.0.0.1:${port}`, '-showcerts', '-cipher', 'ALL:@SECLEVEL=0', '-legacy_server_connect', ...options], '');
  const [pem] = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/.exec(stdout) ?? [];
  if (pem === undefined) throw new Error(`openssl is shown nothing at port ${port}: ${stdout.slice(0, 500)}`);
  return fingerprintOf(pem);
}

/** A certificate of nobody that anybody trusts. @param dates as `20250101000000Z`; a year from now when left out */
export async function ownCertificate(name: string, dates?: { from: string; to: string }): Promise<{ certificate: string; key: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sifaka-own-'));
  try {
    const at = { cwd: folder };
    const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    if (dates === undefined) await run('openssl', [...request, '-x509', '-days', '365', '-out', 'made.pem'], at);
    else {
      await run('openssl', [...request, '-out', 'made.csr'], at);
      // Only `ca` of OpenSSL 3.0 makes certificates of the past.
      await writeFile(join(folder, 'ca.cnf'), '[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\n[any]\ncommonName=supplied\n');
      await writeFile(join(folder, 'index'), '');
      await run('openssl', ['ca', '-batch', '-notext', '-config', 'ca.cnf', '-selfsign', '-keyfile', 'key.pem', '-in', 'made.csr', '-startdate', dates.from, '-enddate', dates.to, '-out', 'made.pem'], at);
    }
    return { certificate: await readFile(join(folder, 'made.pem'), 'utf8'), key: await readFile(join(folder, 'key.pem'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Accepts connections, and does with them what no server of TLS does. */
export async function startHostile(meet: (socket: Socket) => void): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    meet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
