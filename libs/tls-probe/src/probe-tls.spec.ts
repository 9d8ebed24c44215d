import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { message } from './client-hello.js';
import { probeTls, type PresentedTls } from './probe-tls.js';
import { at, counting, serve, serveTls, testCertificate, type TestCertificate, type TestServer } from './test/servers.js';
import { uint, vector } from './vectors.js';

const servers: TestServer[] = [];
let ec: TestCertificate;
let rsa: TestCertificate;

beforeAll(async () => {
  [ec, rsa] = await Promise.all([testCertificate('ec'), testCertificate('rsa')]);
});
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

const started = async (starting: Promise<TestServer>): Promise<TestServer> => {
  const server = await starting;
  servers.push(server);
  return server;
};

/** Asks, and holds that no socket is left, whatever comes of it. */
async function ask(target: ReturnType<typeof at>, timeoutMs = 3_000, signal?: AbortSignal): Promise<PresentedTls | AppError> {
  const outbound = counting();
  const outcome = await probeTls(target, { connect: outbound.connect, timeoutMs, ...(signal !== undefined && { signal }) }).catch((error: unknown) => error);
  for (let turn = 0; outbound.open.size > 0 && turn < 200; turn += 1) await delay(5);
  expect(outbound.open.size).toBe(0);
  expect(outbound.most()).toBeLessThanOrEqual(1);
  if (!(outcome instanceof AppError) && outcome instanceof Error) throw outcome;
  return outcome as PresentedTls | AppError;
}

describe('a server of Node', () => {
  it.each(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const)('presents its certificate over %s alone', async (version) => {
    for (const { cert, key, der } of [ec, rsa]) {
      const server = await started(serveTls({ cert, key, minVersion: version, maxVersion: version }));
      expect(await ask(at(server))).toMatchObject({ protocol: version, keyProof: 'proven', chainDer: [der] });
    }
  });

  it('is told the server name, and answers with the certificate of that name', async () => {
    const shop = await testCertificate('ec', 'shop.example.test');
    const server = await started(serveTls({ cert: ec.cert, key: ec.key, SNICallback: (name, done) => done(null, name === 'shop.example.test' ? createSecureContext(shop) : undefined) }));
    expect(await ask(at(server, null, 'shop.example.test'))).toMatchObject({ chainDer: [shop.der] });
    expect(await ask(at(server, null, 'other.example.test'))).toMatchObject({ chainDer: [ec.der] });
    expect(await ask(at(server, null, '127.0.0.1'))).toMatchObject({ chainDer: [ec.der] });
  });

  it.each(['P-384', 'P-521', 'X448', 'P-256', 'X25519'])('may insist on the group %s', async (ecdhCurve) => {
    const server = await started(serveTls({ ...ec, minVersion: 'TLSv1.3', ecdhCurve }));
    expect(await ask(at(server))).toMatchObject({ protocol: 'TLSv1.3', keyProof: 'proven' });
  });

  it.each(['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'])('may insist on %s', async (ciphers) => {
    const server = await started(serveTls({ ...ec, minVersion: 'TLSv1.3', ciphers }));
    expect(await ask(at(server))).toMatchObject({ cipher: ciphers, keyProof: 'proven' });
  });

  it('may have no key exchange that proves its key', async () => {
    const server = await started(serveTls({ ...rsa, maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:@SECLEVEL=0' }));
    expect(await ask(at(server))).toMatchObject({ cipher: 'AES128-SHA', keyProof: 'unknown', chainDer: [rsa.der] });
  });

  it('may ask for a client certificate', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = await started(serveTls({ ...ec, maxVersion, requestCert: true, rejectUnauthorized: true }));
      expect(await ask(at(server))).toMatchObject({ chainDer: [ec.der], protocol: maxVersion });
    }
  });

  it('is shown exactly as it sends, in its order and with what does not belong', async () => {
    const server = await started(serveTls({ cert: `${ec.cert}${rsa.cert}${ec.cert}`, key: ec.key }));
    expect(await ask(at(server))).toMatchObject({ chainDer: [ec.der, rsa.der, ec.der] });
  });
});

/** A server hello of TLS 1.2 and what follows, in one record. */
const hello = (random = Buffer.alloc(32, 7)) => message(2, uint(2, 0x0303), random, vector(1), uint(2, 0xc02b), Buffer.of(0));
const record = (type: number, ...parts: Buffer[]) => Buffer.concat([Buffer.of(type, 3, 3), vector(2, ...parts)]);
const certificates = (...ders: Buffer[]) => message(11, vector(3, ...ders.map((der) => vector(3, der))));

describe('a hostile server', () => {
  const faults: [string, string, string | RegExp, (socket: Socket) => void][] = [
    ['says nothing', 'upstream_timeout', 'tls.timeout', () => undefined],
    ['closes at once', 'upstream_failed', 'tls.closed', (socket) => socket.end()],
    ['resets', 'upstream_failed', 'tls.closed', (socket) => socket.resetAndDestroy()],
    ['speaks HTTP', 'upstream_failed', 'tls.not_tls', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['greets as SSH does', 'upstream_failed', 'tls.not_tls', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['sends noise', 'upstream_failed', /^tls\./, (socket) => socket.write(createHash('sha512').update('noise').digest())],
    ['sends a record that is too long', 'upstream_failed', 'tls.limit', (socket) => socket.write(Buffer.from('160303ffff', 'hex'))],
    ['announces a message that is too long', 'upstream_failed', 'tls.limit', (socket) => socket.write(record(22, Buffer.from('02ffffff', 'hex')))],
    ['sends empty records without end', 'upstream_failed', 'tls.limit', (socket) => socket.write(Buffer.concat(Array.from({ length: 1_000 }, () => record(22))))],
    ['warns without end', 'upstream_failed', 'tls.limit', (socket) => socket.write(Buffer.concat(Array.from({ length: 100 }, () => record(21, Buffer.of(1, 112)))))],
    ['sends a certificate list that is too long', 'upstream_failed', 'tls.limit', (socket) => sendLong(socket, record(22, hello()), certificates(...Array.from({ length: 100 }, () => Buffer.alloc(3_000))))],
    ['sends too many certificates', 'upstream_failed', 'tls.limit', (socket) => socket.write(record(22, hello(), certificates(...Array.from({ length: 40 }, () => Buffer.alloc(10)))))],
    ['sends no certificate', 'upstream_failed', 'tls.no_certificate', (socket) => socket.write(record(22, hello(), certificates()))],
    ['lies about a length', 'upstream_failed', 'tls.malformed', (socket) => socket.write(record(22, hello(), message(11, Buffer.from('ffffff', 'hex'))))],
    ['chooses what was not offered', 'upstream_failed', 'tls.not_offered', (socket) => socket.write(record(22, message(2, uint(2, 0x0303), Buffer.alloc(32), vector(1), uint(2, 0x5a5a), Buffer.of(0))))],
    ['sends application data', 'upstream_failed', 'tls.malformed', (socket) => socket.write(record(23, Buffer.alloc(64)))],
    ['hangs after its hello', 'upstream_timeout', 'tls.timeout', (socket) => socket.write(record(22, hello()))],
  ];

  it.each(faults)('that %s is a fault of its own', async (_, code, reason, behave) => {
    const server = await started(serve((socket) => socket.once('data', () => behave(socket))));
    const start = performance.now();
    const outcome = await ask(at(server), 400);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(outcome).toMatchObject({ code, reason: expect.stringMatching(reason) });
    expect((outcome as AppError).message).toContain(`127.0.0.1:${server.port}`);
    expect(server.accepted).toBeLessThanOrEqual(4);
  });

  it('that sends a byte at a time has no more time than others', async () => {
    const server = await started(
      serve((socket) => {
        const timer = setInterval(() => socket.write(Buffer.of(22)), 20);
        socket.on('close', () => clearInterval(timer));
      }),
    );
    const start = performance.now();
    expect(await ask(at(server), 300)).toBeInstanceOf(AppError);
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  it('that holds another key is found out', async () => {
    const stranger = await testCertificate('ec', 'stranger.example.test');
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const honest = await started(serveTls({ ...stranger, minVersion: version, maxVersion: version }));
      // In between, the certificate of another is put in place of its own; in TLS 1.3 nobody in between can do that.
      const liar = await started(serve((socket) => relay(socket, honest.port, (bytes) => replaced(bytes, stranger.der, ec.der))));
      const outcome = await ask(at(liar));
      if (version === 'TLSv1.2') expect(outcome).toMatchObject({ keyProof: 'refuted', chainDer: [ec.der] });
      else expect(outcome).toMatchObject({ chainDer: [stranger.der], keyProof: 'proven' });
    }
  });

  it('that sends what is no certificate is shown as it is', async () => {
    const exchange = message(12, Buffer.from('03001d20', 'hex'), Buffer.alloc(32, 9), uint(2, 0x0403), vector(2, Buffer.alloc(70)));
    const server = await started(serve((socket) => socket.once('data', () => socket.write(record(22, hello(), certificates(Buffer.from('no certificate')), exchange)))));
    expect(await ask(at(server))).toMatchObject({ keyProof: 'unknown', chainDer: [Buffer.from('no certificate')] });
  });

  it('never makes it do anything but answer or fail, whatever it sends', async () => {
    let bytes: Uint8Array = Buffer.alloc(0);
    const server = await started(serve((socket) => socket.once('data', () => socket.end(bytes))));
    const prefix = fc.constantFrom(Buffer.alloc(0), Buffer.from('16030300', 'hex'), record(22, hello()), Buffer.from('150303', 'hex'));
    await fc.assert(
      fc.asyncProperty(prefix, fc.uint8Array({ maxLength: 300 }), async (begin, rest) => {
        bytes = Buffer.concat([begin, rest]);
        expect(await ask(at(server), 1_000)).toBeInstanceOf(AppError);
      }),
      { numRuns: 150 },
    );
  });
});

describe('who asks', () => {
  it('may stop', async () => {
    const server = await started(serve(() => undefined));
    const stop = new AbortController();
    const asking = ask(at(server), 5_000, stop.signal);
    while (server.accepted === 0) await delay(5);
    stop.abort();
    expect(await asking).toMatchObject({ code: 'unavailable' });
    expect(await ask(at(server), 5_000, stop.signal)).toMatchObject({ code: 'unavailable' });
  });

  it('is told when nobody listens', async () => {
    const server = await serve(() => undefined);
    await server.stop();
    expect(await ask(at(server))).toMatchObject({ code: 'unavailable' });
  });

  it('sends no name that none can have', async () => {
    for (const name of ["a' to='b", 'a b', 'x'.repeat(300), 'a\r\nQUIT', '']) expect(await ask(at({ port: 1 }, null, name))).toMatchObject({ code: 'invalid_argument' });
  });
});

function sendLong(socket: Socket, before: Buffer, long: Buffer): void {
  socket.write(before);
  for (let start = 0; start < long.length; start += 16_384) socket.write(record(22, long.subarray(start, start + 16_384)));
}

function relay(socket: Socket, port: number, change: (bytes: Buffer) => Buffer): void {
  void counting()
    .connect({ host: '127.0.0.1', port })
    .then((other) => {
      socket.on('data', (bytes) => other.write(bytes)).on('close', () => other.destroy());
      other.on('error', () => undefined).on('data', (bytes) => socket.write(change(bytes)));
    });
}

/** One certificate in place of another of another length: in one record, whose lengths change with it. */
function replaced(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const found = bytes.indexOf(from);
  if (found < 0) return bytes;
  const fixed = Buffer.concat([bytes.subarray(0, found), to, bytes.subarray(found + from.length)]);
  const difference = to.length - from.length;
  // Length of the certificate, of the list and of the message stand before it; the record's further up.
  for (const [back, size] of [[3, 3], [6, 3], [9, 3]] as const) fixed.writeUIntBE(fixed.readUIntBE(found - back, size) + difference, found - back, size);
  for (let start = 0; start < bytes.length; ) {
    const length = bytes.readUInt16BE(start + 3);
    if (found > start && found < start + 5 + length) fixed.writeUInt16BE(length + difference, start + 3);
    start += 5 + length;
  }
  return fixed;
}
