import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import { certificatePem, encodePkcs7 } from '@sifaka/pki';
import { standInCa, type StandInCa } from '@sifaka/plugin-sdk/conformance';
import { certify } from './certify.js';
import { AdcsLogin, page } from './adcs-login.js';
import { Troubles } from './troubles.js';

interface Settings {
  auth: 'basic' | 'ntlm' | 'cert';
  /** What the template asks for. */
  decision: 'issued' | 'pending' | 'denied';
}

interface Request {
  der: Buffer;
  status: Settings['decision'];
  /** In place of the certificate. */
  broken?: string;
}

/**
 * The web enrolment pages of AD CS as Windows Server 2022 writes them, with basic authentication, NTLMv2 per connection (MS-NLMP), or a
 * client certificate.
 */
export async function startAdcs(settings: Settings) {
  const ca = standInCa();
  const requests = new Map<string, Request>();
  const pages = new Pages(ca, settings, requests);
  const login = new AdcsLogin(settings.auth);
  const seen: { path: string; form: URLSearchParams }[] = [];
  const troubles = new Troubles();

  const server = createServer({ ...ca.identity(), ca: [ca.rootPem, ca.issuingPem], requestCert: settings.auth === 'cert', rejectUnauthorized: false }, (incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      if (!login.isAuthorized(incoming, outgoing)) return;
      const url = new URL(incoming.url ?? '/', 'https://adcs.test');
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      seen.push({ path: url.pathname, form });
      const trouble = troubles.next(incoming.url ?? '/');
      if (trouble !== null) return void outgoing.writeHead(trouble.status ?? 200, { 'content-type': 'text/html', ...trouble.headers }).end(trouble.body);
      pages.answer(url, form, outgoing);
    })();
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    server: `127.0.0.1:${port}`,
    ca,
    client: ca.identity('platform'),
    requests,
    troubles,
    seen,
    /** A request of somebody else. */
    add: (id: number, name: string, uses?: Parameters<typeof certify>[2], status: Settings['decision'] = 'issued') => {
      const der = certify(ca, name, uses);
      requests.set(String(id), { der, status });
      return der;
    },
    settings,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class Pages {
  constructor(
    private readonly ca: StandInCa,
    private readonly settings: Settings,
    private readonly requests: Map<string, Request>,
  ) {}

  answer(url: URL, form: URLSearchParams, outgoing: ServerResponse): void {
    const html = (text: string) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page(text));
    if (url.pathname === '/certsrv/certrqxt.asp') return void html('<textarea name="CertRequest"></textarea>');
    if (url.pathname === '/certsrv/certcarc.asp') return void html('<script>var nRenewals=2;</script>');
    if (url.pathname === '/certsrv/certnew.p7b') {
      const bytes = url.searchParams.get('Renewal') === '2' ? encodePkcs7([this.ca.issuingDer, this.ca.rootDer]) : encodePkcs7([]);
      const text = `-----BEGIN CERTIFICATE-----\r\n${bytes.toString('base64').replace(/(.{64})/g, '$1\r\n')}\r\n-----END CERTIFICATE-----\r\n`;
      return void outgoing.writeHead(200, { 'content-type': 'application/x-pkcs7-certificates' }).end(text);
    }
    if (url.pathname === '/certsrv/certnew.cer') this.hand(this.requests.get(url.searchParams.get('ReqID') ?? ''), outgoing);
    else this.submit(form, html);
  }

  private hand(request: Request | undefined, outgoing: ServerResponse): void {
    const html = (text: string) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page(text));
    if (request === undefined) return void html('Error: The disposition message is "Element not found. 0x80070490"');
    if (request.broken !== undefined) return void outgoing.writeHead(200, { 'content-type': 'application/pkix-cert' }).end(request.broken);
    if (request.status === 'pending') return void html('<b>Certificate Pending</b> Your certificate request is still pending. Taken Under Submission');
    if (request.status === 'denied') return void html('Your request was denied. The disposition message is "Denied by CORP\\admin"');
    outgoing.writeHead(200, { 'content-type': 'application/pkix-cert' }).end(`${certificatePem(request.der).replaceAll('\n', '\r\n')}\r\n`);
  }

  private submit(form: URLSearchParams, html: (text: string) => unknown): void {
    const id = String(100 + this.requests.size);
    if (form.get('CertAttrib') !== 'CertificateTemplate:WebServer\r\n') return void html(`Your request failed. The disposition message is "Denied by Policy Module  0x80094800, The request was for a certificate template that is not supported by the Active Directory Certificate Services policy: ${form.get('CertAttrib')?.trim() ?? ''}"`);
    try {
      this.requests.set(id, { der: this.ca.sign(form.get('CertRequest') ?? ''), status: this.settings.decision });
    } catch {
      return void html('Error: The disposition message is "Error Parsing Request  The request subject name is invalid or too long. 0x80094001"');
    }
    if (this.settings.decision === 'issued') return void html(`<a href="certnew.cer?ReqID=${id}&amp;Enc=bin">Download certificate</a> <a href="certnew.cer?ReqID=${id}&Enc=b64">b64</a>`);
    if (this.settings.decision === 'pending') return void html(`<b>Certificate Pending</b> Your certificate request has been received. Your Request Id is ${id}.`);
    return void html('Your certificate request was denied. Your Request Id is 7. The disposition message is "Denied by Policy Module"');
  }
}

