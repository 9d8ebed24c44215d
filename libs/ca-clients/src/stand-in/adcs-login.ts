import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { clientNameOf } from '@sifaka/plugin-sdk/conformance';
import md4 from 'js-md4';

export const account = { domain: 'CORP', user: 'svc-pki', password: 'adcs-Passw0rd' };

export const page = (text: string): string => `<html><head><script>var x = "1";</script></head><body><p>Microsoft Active Directory Certificate Services</p><p>${text}</p></body></html>`;

/** Basic authentication, NTLMv2 per connection (MS-NLMP), or a client certificate. */
export class AdcsLogin {
  private readonly challenges = new WeakMap<Socket, Buffer>();

  constructor(private readonly method: 'basic' | 'ntlm' | 'cert') {}

  isAuthorized(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const header = incoming.headers.authorization ?? '';
    const refuse = (challenge: string): false => {
      outgoing.writeHead(401, { 'www-authenticate': challenge, 'content-type': 'text/html' });
      outgoing.end(page('401 - Unauthorized: Access is denied due to invalid credentials.'));
      return false;
    };
    if (this.method === 'basic') return header === `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}` || refuse('Basic realm="adcs"');
    if (this.method === 'cert') {
      if (clientNameOf(incoming) === 'platform') return true;
      outgoing.writeHead(403).end(page('403.7 - Forbidden: SSL client certificate is required.'));
      return false;
    }
    const message = Buffer.from(header.replace(/^NTLM /, ''), 'base64');
    if (message.length < 12) return refuse('NTLM');
    if (message.readUInt32LE(8) === 1) {
      const challenge = randomBytes(8);
      this.challenges.set(incoming.socket, challenge);
      return refuse(`NTLM ${challengeMessage(challenge).toString('base64')}`);
    }
    const challenge = this.challenges.get(incoming.socket);
    return (challenge !== undefined && isProven(message, challenge)) || refuse('NTLM');
  }
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
