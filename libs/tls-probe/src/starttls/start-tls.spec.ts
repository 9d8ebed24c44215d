import type { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import type { StartTls } from '@sifaka/plugin-sdk';
import fc from 'fast-check';
import { probeTls } from '../probe-tls.js';
import { at, counting, secure, serve, testCertificate, type TestCertificate, type TestServer } from '../test/servers.js';

const servers: TestServer[] = [];
let ec: TestCertificate;

beforeAll(async () => (ec = await testCertificate('ec')));
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

/** What a server says, in turn: first unasked, then after each thing that it is told. Null: TLS from here on. */
type Script = readonly (string | Buffer | null)[];

async function playing(script: Script): Promise<TestServer> {
  const server = await serve((socket) => play(socket, script));
  servers.push(server);
  return server;
}

function play(socket: Socket, [say, ...rest]: Script): void {
  if (say === null) {
    secure(socket, ec);
    return;
  }
  if (say !== undefined && say.length > 0) socket.write(say);
  if (rest[0] === null) {
    // What the client says next is TLS, or the last word before it where nothing is answered to that.
    secure(socket, ec);
    return;
  }
  if (rest.length > 0) socket.once('data', () => play(socket, rest));
}

async function ask(script: Script, protocol: StartTls, timeoutMs = 1_000) {
  const server = await playing(script);
  return probeTls(at(server, protocol, 'mail.example.test'), { connect: counting().connect, timeoutMs }).catch((error: unknown) => error);
}

const ldap = (code: number, said = '') => Buffer.concat([Buffer.of(0x30, 12 + said.length, 2, 1, 1, 0x78, 7 + said.length, 0x0a, 1, code, 4, 0, 4, said.length), Buffer.from(said)]);

const agreeing: Record<Exclude<StartTls, 'mysql'>, Script> = {
  smtp: ['220-mail.example.test\r\n220 ESMTP\r\n', '250-mail.example.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n', '220 go ahead\r\n', null],
  imap: ['* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n', '* CAPABILITY IMAP4rev1\r\nS1 OK begin\r\n', null],
  pop3: ['+OK ready\r\n', '+OK begin\r\n', null],
  ftp: ['220-Welcome\r\n to the files\r\n220 ready\r\n', '234 AUTH TLS ok\r\n', null],
  ldap: ['', ldap(0), null],
  postgres: ['', 'S', null],
  xmpp: ['', "<?xml version='1.0'?><stream:stream id='1'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", null],
};

/** What each says that has no TLS, or does not want to. */
const refusing: Record<StartTls, Script> = {
  smtp: ['220 ESMTP\r\n', '250 mail.example.test\r\n'],
  imap: ['* OK ready\r\n', 'S1 NO not now\r\n'],
  pop3: ['+OK ready\r\n', '-ERR no TLS\r\n'],
  ftp: ['220 ready\r\n', '530 no TLS\r\n'],
  ldap: ['', ldap(52, 'TLS already')],
  postgres: ['', 'N'],
  mysql: [Buffer.concat([Buffer.of(74, 0, 0, 0), greeting(0x0200)])],
  xmpp: ['', "<stream:stream><stream:features><mechanisms/></stream:features>"],
};

function greeting(capabilities: number): Buffer {
  const version = Buffer.from('10.11.19-Test\0', 'latin1');
  const body = Buffer.alloc(74);
  body.writeUInt8(10);
  version.copy(body, 1);
  body.writeUInt16LE(capabilities, 1 + version.length + 13);
  return body;
}

describe('a protocol that begins in the clear', () => {
  it.each(Object.entries(agreeing))('leads to the certificate over %s', async (protocol, script) => {
    expect(await ask(script, protocol as StartTls)).toMatchObject({ chainDer: [ec.der], keyProof: 'proven' });
  });

  it('leads to the certificate over mysql', async () => {
    const server = await serve((socket) => {
      socket.write(Buffer.concat([Buffer.of(74, 0, 0, 0), greeting(0x0a00)]));
      socket.once('data', (request) => {
        expect(request.subarray(0, 8).toString('hex')).toBe('20000001008a0000');
        // What follows the request is TLS, and may have arrived with it.
        socket.pause();
        if (request.length > 36) socket.unshift(request.subarray(36));
        secure(socket, ec);
      });
    });
    servers.push(server);
    expect(await probeTls(at(server, 'mysql'), { connect: counting().connect, timeoutMs: 2_000 })).toMatchObject({ chainDer: [ec.der] });
  });

  it.each(Object.entries(refusing))('is a fault that quotes the server when %s has no TLS', async (protocol, script) => {
    const outcome = await ask(script, protocol as StartTls);
    expect(outcome).toMatchObject({ code: 'upstream_failed', reason: 'starttls.refused' });
  });

  it.each(Object.entries(agreeing))('does not put up with words in the clear after %s agreed to TLS', async (protocol, script) => {
    const injected = script.map((say, index) => (script[index + 1] === null ? Buffer.concat([Buffer.from(say ?? ''), Buffer.from('* OK injected\r\n')]) : say));
    expect(await ask(injected, protocol as StartTls)).toMatchObject({ code: 'upstream_failed', reason: 'starttls.injected' });
  });

  it.each(Object.keys(refusing))('ends in time when %s hangs, and soon when it never stops talking', async (protocol) => {
    expect(await ask([''], protocol as StartTls, 200)).toMatchObject({ code: 'upstream_timeout' });
    expect(await ask(['x'.repeat(20_000)], protocol as StartTls, 5_000)).toMatchObject({ code: 'upstream_failed' });
    expect(await ask(['220-x\r\n'.repeat(5_000)], protocol as StartTls, 5_000)).toMatchObject({ code: 'upstream_failed' });
    expect(await ask(['<a/>'.repeat(10_000)], protocol as StartTls, 5_000)).toMatchObject({ code: 'upstream_failed' });
  });

  it('answers or fails, whatever it is told', async () => {
    let said: Uint8Array = Buffer.alloc(0);
    const server = await serve((socket) => socket.end(said));
    servers.push(server);
    const begin = fc.constantFrom('', '220 ', '* OK', '+OK', '<stream:features>', '\x0a\0\0\0\x0a', '0\x0c\x02\x01\x01x', 'S');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...(Object.keys(refusing) as StartTls[])), begin, fc.uint8Array({ maxLength: 200 }), async (protocol, first, rest) => {
        said = Buffer.concat([Buffer.from(first, 'latin1'), rest]);
        const outcome = await probeTls(at(server, protocol), { connect: counting().connect, timeoutMs: 1_000 }).catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(AppError);
      }),
      { numRuns: 200 },
    );
  });
});
