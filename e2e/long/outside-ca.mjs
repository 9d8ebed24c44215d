import { createServer } from 'node:http';
import { parseCertificate, parseCsr } from '@sifaka/pki';
import { standInCa } from '../../libs/plugin-sdk/dist/conformance/stand-in-ca.js';

/**
 * The CA outside, with an authority a life. It remembers every certificate that it ever gave: what it issued twice is seen here,
 * whatever the platform knows of it.
 */
export class OutsideCa {
  #authorities = new Map();
  #server = createServer((request, response) => void this.#answer(request, response));
  #clock;
  /** @type {{ serialHex: string, commonName: string, authority: string, requestId: string, at: number, pid: number }[]} */
  issued = [];
  refused = 0;
  /** Authorities that are away, with the fault that their clients see. @type {Map<string, { code: string, reason?: string, retryAfterMs?: number }>} */
  away = new Map();
  /** Is told the process that asks: before the signature, after it, and after the answer. @type {(moment: 'asked' | 'signed' | 'answered', pid: number) => void} */
  watcher = () => undefined;

  /** @param {{ now(): Date }} clock */
  static async start(clock, names, since) {
    const ca = new OutsideCa();
    ca.#clock = clock;
    for (const name of names) ca.#authorities.set(name, standInCa(since, `Simulated ${name}`));
    await new Promise((resolve) => ca.#server.listen(0, '127.0.0.1', resolve));
    ca.#server.keepAliveTimeout = 60_000;
    return ca;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** One that the CA issued to somebody else. @param {string} name of the authority */
  sign(name, csr, validity) {
    const authority = this.#authorities.get(name);
    return { der: authority.sign(csr, validity), chainPem: `${authority.issuingPem}\n${authority.rootPem}` };
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const asked = JSON.parse(Buffer.concat(parts).toString('utf8'));
    const authority = this.#authorities.get(asked.authority);
    if (request.url === '/authority') return send(response, 200, { pem: `${authority.issuingPem}\n${authority.rootPem}` });
    const fault = this.away.get(asked.authority);
    if (fault !== undefined) {
      this.refused += 1;
      return send(response, 503, fault);
    }
    this.watcher('asked', asked.pid);
    const certificate = authority.sign(Buffer.from(asked.csr, 'base64'), { notBefore: new Date(asked.notBefore), notAfter: new Date(asked.notAfter) });
    this.#remember(asked, certificate);
    this.watcher('signed', asked.pid);
    send(response, 200, { certificate: certificate.toString('base64') });
    this.watcher('answered', asked.pid);
  }

  #remember({ authority, requestId, csr, pid }, certificate) {
    const { serialHex } = parseCertificate(certificate);
    const { cn } = parseCsr(Buffer.from(csr, 'base64'));
    this.issued.push({ serialHex, commonName: cn ?? '', authority, requestId, at: this.#clock.now().getTime(), pid });
  }
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
