import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { certificatePem, encodePkcs7 } from '@sifaka/pki';
import { clientNameOf, standInCa } from '@sifaka/plugin-sdk/conformance';
import md4 from 'js-md4';
import { certify } from './certify.js';
import { Troubles } from './troubles.js';

export const account = { domain: 'CORP', user: 'svc-pki', password: 'adcs-Passw0rd' };

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

const page = (text: string): string => `<html><head><script>var x = "1";</script></head><body><p>Microsoft Active Directory Certificate Services</p><p>${text}</p></body></html>`;

/**
 * The web enrolment pages of AD CS as Windows Server 2022 writes them, with basic authentication, NTLMv2 per connection (MS-NLMP), or a
 * client certificate.
 */
export async function startAdcs(settings: Settings) {
  const ca = standInCa();
  const requests = new Map<string, Request>();
  const challenges = new WeakMap<Socket, Buffer>();
  const seen: { path: string; form: URLSearchParams }[] = [];
  const troubles = new Troubles();

  const server = createServer({ ...ca.identity(), ca: [ca.rootPem, ca.issuingPem], requestCert: settings.auth === 'cert', rejectUnauthorized: false }, (incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      if (!isAuthorized(incoming, outgoing)) return;
      const url = new URL(incoming.url ?? '/', 'https://adcs.test');
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      seen.push({ path: url.pathname, form });
      const trouble = troubles.next(incoming.url ?? '/');
      if (trouble !== null) return void outgoing.writeHead(trouble.status ?? 200, { 'content-type': 'text/html', ...trouble.headers }).end(trouble.body);
      answer(url, form, outgoing);
    })();
  });

  function isAuthorized(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const header = incoming.headers.authorization ?? '';
    const refuse = (challenge: string): false => {
      outgoing.writeHead(401, { 'www-authenticate': challenge, 'content-type': 'text/html' });
      outgoing.end(page('401 - Unauthorized: Access is denied due to invalid credentials.'));
      return false;
    };
    if (settings.auth === 'basic') return header === `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}` || refuse('Basic realm="adcs"');
    if (settings.auth === 'cert') {
      if (clientNameOf(incoming) === 'platform') return true;
      outgoing.writeHead(403).end(page('403.7 - Forbidden: SSL client certificate is required.'));
      return false;
    }
    const message = Buffer.from(header.replace(/^NTLM /, ''), 'base64');
    if (message.length < 12) return refuse('NTLM');
    if (message.readUInt32LE(8) === 1) {
      const challenge = randomBytes(8);
      challenges.set(incoming.socket, challenge);
      return refuse(`NTLM ${challengeMessage(challenge).toString('base64')}`);
    }
    const challenge = challenges.get(incoming.socket);
    return (challenge !== undefined && isProven(message, challenge)) || refuse('NTLM');
  }

  function answer(url: URL, form: URLSearchParams, outgoing: ServerResponse): void {
    const html = (text: string) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page(text));
    if (url.pathname === '/certsrv/certrqxt.asp') return void html('<textarea name="CertRequest"></textarea>');
    if (url.pathname === '/certsrv/certcarc.asp') return void html('<script>var nRenewals=2;</script>');
    if (url.pathname === '/certsrv/certnew.p7b') {
      const bytes = url.searchParams.get('Renewal') === '2' ? encodePkcs7([ca.issuingDer, ca.rootDer]) : encodePkcs7([]);
      const text = `-----BEGIN CERTIFICATE-----\r\n${bytes.toString('base64').replace(/(.{64})/g, '$1\r\n')}\r\n-----END CERTIFICATE-----\r\n`;
      return void outgoing.writeHead(200, { 'content-type': 'application/x-pkcs7-certificates' }).end(text);
    }
    if (url.pathname === '/certsrv/certnew.cer') hand(requests.get(url.searchParams.get('ReqID') ?? ''), outgoing);
    else submit(form, html);
  }

  function hand(request: Request | undefined, outgoing: ServerResponse): void {
    const html = (text: string) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page(text));
    if (request === undefined) return void html('Error: The disposition message is "Element not found. 0x80070490"');
    if (request.broken !== undefined) return void outgoing.writeHead(200, { 'content-type': 'application/pkix-cert' }).end(request.broken);
    if (request.status === 'pending') return void html('<b>Certificate Pending</b> Your certificate request is still pending. Taken Under Submission');
    if (request.status === 'denied') return void html('Your request was denied. The disposition message is "Denied by CORP\\admin"');
    outgoing.writeHead(200, { 'content-type': 'application/pkix-cert' }).end(`${certificatePem(request.der).replaceAll('\n', '\r\n')}\r\n`);
  }

  function submit(form: URLSearchParams, html: (text: string) => unknown): void {
    const id = String(100 + requests.size);
    if (form.get('CertAttrib') !== 'CertificateTemplate:WebServer\r\n') return void html(`Your request failed. The disposition message is "Denied by Policy Module  0x80094800, The request was for a certificate template that is not supported by the Active Directory Certificate Services policy: ${form.get('CertAttrib')?.trim() ?? ''}"`);
    try {
      requests.set(id, { der: ca.sign(form.get('CertRequest') ?? ''), status: settings.decision });
    } catch {
      return void html('Error: The disposition message is "Error Parsing Request  The request subject name is invalid or too long. 0x80094001"');
    }
    if (settings.decision === 'issued') return void html(`<a href="certnew.cer?ReqID=${id}&amp;Enc=bin">Download certificate</a> <a href="certnew.cer?ReqID=${id}&Enc=b64">b64</a>`);
    if (settings.decision === 'pending') return void html(`<b>Certificate Pending</b> Your certificate request has been received. Your Request Id is ${id}.`);
    return void html('Your certificate request was denied. Your Request Id is 7. The disposition message is "Denied by Policy Module"');
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
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

/** CHALLENGE_MESSAGE with a target name and target information (MS-NLMP 2.2.1.2). */
function challengeMessage(challenge: Buffer): Buffer {
  const target = Buffer.from('CORP', 'utf16le');
  const pair = (id: number, value: Buffer) => Buffer.concat([uint16(id), uint16(value.length), value]);
  const info = Buffer.concat([pair(2, target), pair(1, Buffer.from('ADCS', 'utf16le')), pair(0, Buffer.alloc(0))]);
  const header = Buffer.alloc(56);
  header.write('NTLMSSP\0', 'latin1');
  header.writeUInt32LE(2, 8);
  header.writeUInt16LE(target.length, 12);
  header.writeUInt16LE(target.length, 14);
  header.writeUInt32LE(56, 16);
  // Unicode, request target, NTLM, always sign, domain target, extended session security, target info, version, 128 bit.
  header.writeUInt32LE((0x00000001 | 0x00000004 | 0x00000200 | 0x00008000 | 0x00010000 | 0x00080000 | 0x00800000 | 0x02000000 | 0x20000000) >>> 0, 20);
  challenge.copy(header, 24);
  header.writeUInt16LE(info.length, 40);
  header.writeUInt16LE(info.length, 42);
  header.writeUInt32LE(56 + target.length, 44);
  return Buffer.concat([header, target, info]);
}

/** Recomputes the NTLMv2 proof of an AUTHENTICATE_MESSAGE (MS-NLMP 3.3.2). */
function isProven(message: Buffer, challenge: Buffer): boolean {
  const field = (at: number): Buffer => message.subarray(message.readUInt32LE(at + 4), message.readUInt32LE(at + 4) + message.readUInt16LE(at));
  const [response, domain, user] = [field(20), field(28).toString('utf16le'), field(36).toString('utf16le')];
  if (user.toLowerCase() !== account.user || response.length <= 24) return false;
  const hash = Buffer.from(md4.arrayBuffer(Buffer.from(account.password, 'utf16le')));
  const key = createHmac('md5', hash).update(Buffer.from(user.toUpperCase() + domain, 'utf16le')).digest();
  const proof = createHmac('md5', key).update(Buffer.concat([challenge, response.subarray(16)])).digest();
  return proof.equals(response.subarray(0, 16));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
