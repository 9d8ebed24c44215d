import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import type { ServedAt, StartTls } from '@sifaka/plugin-sdk';
import type { Connect } from '../wire.js';

export interface TestServer {
  port: number;
  /** Sockets that were accepted and are still open. */
  open: Set<Socket>;
  accepted: number;
  stop(): Promise<void>;
}

/** A server on loopback that does with each connection what it is told. */
export async function serve(answer: (socket: Socket, server: TestServer) => void): Promise<TestServer> {
  const listener = createServer((socket) => {
    server.accepted += 1;
    server.open.add(socket);
    socket.on('error', () => undefined).on('close', () => server.open.delete(socket));
    answer(socket, server);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const server: TestServer = {
    port: (listener.address() as AddressInfo).port,
    open: new Set(),
    accepted: 0,
    stop: () => {
      for (const socket of server.open) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
  return server;
}

/** A way out that counts what it opened and what is still open. */
export function counting(): { connect: Connect; open: Set<Socket>; most: () => number } {
  const open = new Set<Socket>();
  let most = 0;
  return {
    open,
    most: () => most,
    connect: ({ host, port }) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port });
        open.add(socket);
        most = Math.max(most, [...open].filter(({ destroyed }) => !destroyed).length);
        socket.on('close', () => open.delete(socket));
        socket.once('error', reject).once('connect', () => {
          socket.off('error', reject);
          resolve(socket);
        });
      }),
  };
}

export interface TestCertificate {
  cert: string;
  key: string;
  der: Buffer;
}

/** A self-signed certificate, made by OpenSSL. */
export async function testCertificate(kind: 'ec' | 'rsa' | 'ed25519', name = `${kind}.example.test`): Promise<TestCertificate> {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-tls-probe-'));
  const keys = { ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], rsa: ['-newkey', 'rsa:2048'], ed25519: ['-newkey', 'ed25519'] };
  try {
    await promisify(execFile)('openssl', ['req', '-x509', ...keys[kind], '-nodes', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '30', '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder });
    const cert = readFileSync(join(folder, 'cert.pem'), 'utf8');
    return { cert, key: readFileSync(join(folder, 'key.pem'), 'utf8'), der: derOf(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');

/** Node's TLS from here on, on a connection that began in the clear. */
export function secure(socket: Socket, options: TlsOptions): void {
  const tls = new TLSSocket(socket, { isServer: true, ...options });
  tls.on('error', () => undefined);
}

/** Node's TLS server; everything that OpenSSL has, unless the options say otherwise. */
export async function serveTls(options: TlsOptions): Promise<TestServer> {
  const tls = createTlsServer({ minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0', ...options });
  tls.on('tlsClientError', () => undefined).on('secureConnection', (socket) => socket.on('error', () => undefined));
  return serve((socket) => tls.emit('connection', socket));
}

export const at = (server: { port: number }, startTls: StartTls | null = null, serverName: string | null = null): ServedAt => ({ host: '127.0.0.1', port: server.port, serverName, startTls });
