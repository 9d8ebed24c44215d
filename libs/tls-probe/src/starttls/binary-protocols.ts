import { fault } from '../faults.js';
import type { Wire } from '../wire.js';
import { notOffered, unexpected } from './line-protocols.js';

/** ExtendedRequest 1.3.6.1.4.1.1466.20037 as message 1 (RFC 4511 section 4.14). */
const ldapStartTls = Buffer.concat([Buffer.from('301d02010177188016', 'hex'), Buffer.from('1.3.6.1.4.1.1466.20037', 'latin1')]);
const longestLdapAnswer = 4_096;

/** RFC 4511 section 4.14. */
export async function startLdap(wire: Wire): Promise<void> {
  wire.write(ldapStartTls);
  const message = await readElement(wire);
  const id = elementAt(message, 0, 0x02);
  const response = elementAt(message, id.end, 0x78);
  const code = elementAt(response.content, 0, 0x0a).content;
  if (code.length === 1 && code[0] === 0) return;
  const matched = elementAt(response.content, elementAt(response.content, 0, 0x0a).end, 0x04);
  const said = elementAt(response.content, matched.end, 0x04).content.toString('latin1');
  throw fault('starttls.refused', `LDAP does not start TLS: result ${code.readUIntBE(0, Math.min(6, Math.max(1, code.length)))} ${JSON.stringify(said.slice(0, 80))}`);
}

/** A BER sequence, without its header. */
async function readElement(wire: Wire): Promise<Buffer> {
  const [tag = 0] = await wire.peek();
  if (tag !== 0x30) throw unexpected('LDAP', wire.pending.toString('latin1'));
  await wire.read(1);
  let length = (await wire.read(1)).readUInt8(0);
  if (length > 0x80) {
    if (length > 0x84) throw notBer();
    const bytes = await wire.read(length - 0x80);
    length = bytes.readUIntBE(0, bytes.length);
  } else if (length === 0x80) throw notBer();
  if (length > longestLdapAnswer) throw fault('tls.limit', `answers with ${length} bytes of LDAP, at most ${longestLdapAnswer} are read`);
  return wire.read(length);
}

function elementAt(bytes: Buffer, start: number, tag: number): { content: Buffer; end: number } {
  let at = start;
  const byte = () => {
    const value = bytes[at];
    if (value === undefined) throw notBer();
    at += 1;
    return value;
  };
  if (byte() !== tag) throw notBer();
  let length = byte();
  if (length > 0x80 && length <= 0x84) {
    const count = length - 0x80;
    length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + byte();
  } else if (length >= 0x80) throw notBer();
  if (at + length > bytes.length) throw notBer();
  return { content: bytes.subarray(at, at + length), end: at + length };
}

const notBer = () => fault('tls.malformed', 'answers with LDAP that cannot be read');

/** SSLRequest of the PostgreSQL protocol (section 53.2.11 of its manual). */
export async function startPostgres(wire: Wire): Promise<void> {
  wire.write(Buffer.from('0000000804d2162f', 'hex'));
  const answer = (await wire.read(1)).toString('latin1');
  if (answer === 'S') return;
  if (answer === 'N') throw notOffered('PostgreSQL', 'TLS');
  throw unexpected('PostgreSQL', `${answer}${wire.pending.toString('latin1')}`);
}

const mysqlLimits = { greetingBytes: 1_024 } as const;

/** Capabilities of the MySQL protocol: PROTOCOL_41, SSL, SECURE_CONNECTION. */
const mysqlSsl = 0x0800;
const mysqlCapabilities = 0x0200 | mysqlSsl | 0x8000;

/** SSLRequest of the MySQL client/server protocol: an answer to the greeting, and nothing comes back. */
export async function startMysql(wire: Wire): Promise<void> {
  const header = await wire.read(4);
  const length = header.readUIntLE(0, 3);
  if (length === 0 || length > mysqlLimits.greetingBytes) throw unexpected('MySQL', Buffer.concat([header, wire.pending]).toString('latin1'));
  const greeting = await wire.read(length);
  if (greeting[0] === 0xff) throw fault('starttls.refused', `MySQL refuses the connection: ${JSON.stringify(greeting.subarray(3, 83).toString('latin1').replace(/[^\x20-\x7e]/g, '.'))}`);
  const versionEnd = greeting.indexOf(0, 1);
  // Thread id, first part of the challenge, a filler.
  const capabilitiesAt = versionEnd + 1 + 4 + 8 + 1;
  if (greeting[0] !== 10 || versionEnd < 0 || capabilitiesAt + 2 > greeting.length) throw unexpected('MySQL', greeting.toString('latin1'));
  if ((greeting.readUInt16LE(capabilitiesAt) & mysqlSsl) === 0) throw notOffered('MySQL', 'TLS');
  // The server may say no more before it has seen a hello.
  wire.assertNothingPending();
  const request = Buffer.alloc(4 + 32);
  request.writeUIntLE(32, 0, 3);
  request.writeUInt8(header.readUInt8(3) + 1, 3);
  request.writeUInt32LE(mysqlCapabilities, 4);
  request.writeUInt32LE(0x0100_0000, 8);
  request.writeUInt8(45, 12);
  wire.write(request);
}
