import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, openssl, waitUntil } from '../harness/index.js';

export interface ForeignLeaf {
  serial: string;
  body: string;
}

/** A CA of OpenSSL's with OpenSSL's responder, and its list on a web server: nothing of it is ours. */
export class ForeignCa {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sifaka-foreign-ca-'));
  private readonly entries: string[] = [];
  private responder: ChildProcess | null = null;
  private web: Server | null = null;
  readonly visits: string[] = [];

  private constructor(
    readonly ocspPort: number,
    readonly crlPort: number,
  ) {}

  static async start(): Promise<ForeignCa> {
    const ca = new ForeignCa(await freePort(), await freePort());
    await ca.make('ca', '/CN=Foreign CA', ['-x509', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign']);
    await ca.certify('responder', '/CN=Foreign Responder', '1000', 'extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n');
    return ca;
  }

  get certificate(): string {
    return this.read('ca.pem');
  }

  /** @param how where the certificate says that it may be asked about */
  async issue(serial: string, how: 'ocsp' | 'crl', revokedFor?: string): Promise<ForeignLeaf> {
    const address = how === 'ocsp' ? `authorityInfoAccess=OCSP;URI:http://127.0.0.1:${this.ocspPort}/\n` : `crlDistributionPoints=URI:http://127.0.0.1:${this.crlPort}/ca.crl\n`;
    await this.certify(`leaf-${serial}`, `/CN=leaf-${serial}.corp.test`, serial, address);
    this.entries.push(revokedFor === undefined ? `V\t400101000000Z\t\t${serial}\tunknown\t/CN=${serial}` : `R\t400101000000Z\t260101000000Z,${revokedFor}\t${serial}\tunknown\t/CN=${serial}`);
    return { serial, body: this.read(`leaf-${serial}.pem`) };
  }

  /** Answers for everything that was issued so far. */
  async serve(): Promise<void> {
    this.write('index', `${this.entries.join('\n')}\n`);
    this.write('index.attr', '');
    this.write('number', '01\n');
    this.write('config', `[ca]\ndefault_ca=d\n[d]\ndatabase=${this.path('index')}\ncrlnumber=${this.path('number')}\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n`);
    await openssl(['ca', '-config', this.path('config'), '-gencrl', '-crldays', '2', '-md', 'sha256', '-cert', this.path('ca.pem'), '-keyfile', this.path('ca.key'), '-out', this.path('crl.pem')]);
    const crl = (await openssl(['crl', '-in', this.path('crl.pem'), '-outform', 'DER'])).bytes;
    this.web = createServer((request, response) => {
      this.visits.push(request.url ?? '');
      response.end(crl);
    });
    this.web.listen(this.crlPort, '127.0.0.1');
    await once(this.web, 'listening');
    const args = ['ocsp', '-index', this.path('index'), '-port', String(this.ocspPort), '-CA', this.path('ca.pem'), '-rsigner', this.path('responder.pem'), '-rkey', this.path('responder.key'), '-nmin', '10'];
    this.responder = spawn('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [this.responder.stdout, this.responder.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
    await waitUntil('the responder of OpenSSL waits for questions', () => said.includes('waiting for OCSP client connections'));
  }

  async stop(): Promise<void> {
    const { responder, web } = this;
    if (responder !== null && responder.exitCode === null) {
      responder.kill();
      await once(responder, 'exit');
    }
    web?.closeAllConnections();
    web?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async certify(name: string, subject: string, serial: string, extensions: string): Promise<void> {
    await this.make(name, subject, []);
    this.write(`${name}.ext`, extensions);
    await openssl(['x509', '-req', '-in', this.path(`${name}.pem`), '-CA', this.path('ca.pem'), '-CAkey', this.path('ca.key'), '-set_serial', `0x${serial}`, '-days', '300', '-extfile', this.path(`${name}.ext`), '-out', this.path(`${name}.signed`)]);
    this.write(`${name}.pem`, this.read(`${name}.signed`));
  }

  private async make(name: string, subject: string, more: readonly string[]): Promise<void> {
    await openssl(['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', this.path(`${name}.key`), '-out', this.path(`${name}.pem`), '-subj', subject, '-days', '300', ...more]);
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  private write(name: string, content: string): void {
    writeFileSync(this.path(name), content);
  }
}
