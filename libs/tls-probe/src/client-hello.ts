import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { KeyShare } from './key-shares.js';
import { namedGroups } from './key-shares.js';
import { signatureSchemes } from './signature-schemes.js';
import { versionNumbers, type TlsVersion } from './tls-versions.js';
import { uint, uint16s, vector } from './vectors.js';

export interface Hello {
  /** Newest first; SSL 2 has a hello of its own. */
  versions: readonly Exclude<TlsVersion, 'SSLv2'>[];
  ciphers: readonly number[];
  serverName: string | null;
  /** For TLS 1.3: keys for the groups that are offered. */
  shares: readonly KeyShare[];
  random: Buffer;
  sessionId: Buffer;
  /** Of a HelloRetryRequest. */
  cookie: Buffer | null;
}

/** Random and session id of a new hello. */
export const newHelloIds = (): Pick<Hello, 'random' | 'sessionId'> => ({ random: randomBytes(32), sessionId: randomBytes(32) });

export const handshakeTypes = { clientHello: 1, serverHello: 2, encryptedExtensions: 8, certificate: 11, serverKeyExchange: 12, certificateRequest: 13, serverHelloDone: 14, certificateVerify: 15, finished: 20, certificateStatus: 22 } as const;

/** The handshake message, RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2; without extensions for SSL 3 (RFC 6101). */
export function clientHello(hello: Hello): Buffer {
  const legacy = Math.min(versionNumbers['TLSv1.2'], ...hello.versions.slice(0, 1).map((version) => versionNumbers[version]));
  const isSsl3 = legacy === versionNumbers.SSLv3;
  const isTls13 = hello.versions.includes('TLSv1.3');
  // The signalling value says that renegotiation would be safe (RFC 5746) to servers that know no extensions.
  const ciphers = isTls13 && hello.versions.length === 1 ? hello.ciphers : [...hello.ciphers, 0x00ff];
  const body = [
    uint(2, legacy),
    hello.random,
    vector(1, isTls13 ? hello.sessionId : Buffer.alloc(0)),
    vector(2, uint16s(ciphers)),
    vector(1, Buffer.of(0)),
  ];
  if (isSsl3) return message(handshakeTypes.clientHello, ...body);
  const extensions = extensionsOf(hello, isTls13);
  const length = [...body, ...extensions].reduce((sum, part) => sum + part.length, 4 + 2);
  return message(handshakeTypes.clientHello, ...body, vector(2, ...extensions, ...padding(length)));
}

export const message = (type: number, ...parts: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.of(type), vector(3, ...parts)]);

/** Records of handshake messages as a client sends them first: TLS 1.0 is written outside (RFC 8446 section 5.1), SSL 3 for SSL 3. */
export const helloRecord = (handshake: Buffer, isSsl3: boolean): Buffer => Buffer.concat([Buffer.of(22), uint(2, isSsl3 ? 0x0300 : 0x0301), vector(2, handshake)]);

/** RFC 6066 section 3: host names without the dot at their end, never addresses. */
export const sniOf = (serverName: string | null): string | null => {
  const name = serverName?.replace(/\.$/, '') ?? '';
  return name === '' || isIP(name) !== 0 ? null : name;
};

const extension = (type: number, ...parts: readonly Uint8Array[]): Buffer => Buffer.concat([uint(2, type), vector(2, ...parts)]);

function extensionsOf({ serverName, versions, shares, cookie }: Hello, isTls13: boolean): Buffer[] {
  const name = sniOf(serverName);
  const found: Buffer[] = [];
  if (name !== null) found.push(extension(0, vector(2, Buffer.of(0), vector(2, Buffer.from(name, 'latin1')))));
  found.push(extension(10, vector(2, uint16s(namedGroups))));
  found.push(extension(11, vector(1, Buffer.of(0, 1, 2))));
  if (versions.includes('TLSv1.2') || isTls13) found.push(extension(13, vector(2, uint16s(signatureSchemes.map(({ id }) => id)))));
  found.push(extension(23));
  if (!isTls13) return found;
  found.push(extension(43, vector(1, uint16s(versions.map((version) => versionNumbers[version])))));
  // Resumption with a fresh key; it is never used, but servers were seen that want to see it.
  found.push(extension(45, vector(1, Buffer.of(1))));
  if (cookie !== null) found.push(extension(44, vector(2, cookie)));
  found.push(extension(51, vector(2, ...shares.map(({ group, publicBytes }) => Buffer.concat([uint(2, group), vector(2, publicBytes)])))));
  return found;
}

/** Some servers hang on hellos of 256 to 511 bytes (RFC 7685). */
function padding(length: number): Buffer[] {
  if (length < 0x100 || length >= 0x200) return [];
  return [extension(21, Buffer.alloc(Math.max(1, 0x200 - length - 4)))];
}
