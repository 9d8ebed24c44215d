import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import fc from 'fast-check';
import { decodeMessage, encodeMessage, encodeName, encodeTxt, flags, recordClasses, recordTypes } from '../src/dns-message.js';
import plugin from '../src/index.js';
import { signMessage, verifyResponse, type TsigKey } from '../src/tsig.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** A name server that answers with what `answer` makes of the request. */
async function checkAgainst(answer: (request: Buffer) => Buffer) {
  server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      const message = answer(data.subarray(2));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.end(Buffer.concat([length, message]));
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return plugin.create({ server: '127.0.0.1', port, zone: 'acme.test', tsig_name: 'key', tsig_secret: 'c2VjcmV0' }, testContext({ outbound: loopbackOutbound() })).check!();
}

/** The request's header alone, as an answer with a code. */
function bare(request: Buffer, code: number): Buffer {
  const header = Buffer.alloc(12);
  request.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8000 | flags.update | code, 2);
  return header;
}

describe('an answer', () => {
  it.each<[string, (request: Buffer) => Buffer, object]>([
    ['without a signature counts for nothing, even when it says yes', (request) => bare(request, 0), { code: 'upstream_failed', message: expect.stringContaining('without a signature') }],
    ['with a signature of somebody else counts for nothing', (request) => signMessage(bare(request, 0), { name: 'key', algorithm: 'hmac-sha256', secret: Buffer.from('other') }, new Date('2026-11-21T10:00:00Z')).signed, { code: 'upstream_failed', message: expect.stringContaining('signature of the answer') }],
    ['that refuses may come unsigned', (request) => bare(request, 5), { code: 'permission_denied', message: expect.stringContaining('REFUSED') }],
    ['that the server failed is its fault', (request) => bare(request, 2), { code: 'upstream_failed' }],
    ['that it knows no updates says so', (request) => bare(request, 4), { code: 'failed_precondition', message: expect.stringContaining('dynamic updates') }],
    ['that the name lies outside the zone says so', (request) => bare(request, 10), { code: 'failed_precondition', message: expect.stringContaining('NOTZONE') }],
    ['with a code of tomorrow is a fault', (request) => bare(request, 14), { code: 'upstream_failed', message: expect.stringContaining('14') }],
    ['to another question is none', (request) => bare(Buffer.concat([Buffer.of(request[0]! ^ 1), request.subarray(1)]), 0), { code: 'upstream_failed' }],
    ['that is no message is none', () => Buffer.from('HTTP/1.1 400 Bad Request'), { code: 'upstream_failed' }],
    ['that is too short is none', () => Buffer.of(1, 2, 3), { code: 'upstream_failed' }],
  ])('%s', async (_what, answer, fault) => {
    await expect(checkAgainst(answer)).rejects.toMatchObject(fault);
  });
});

const key: TsigKey = { name: 'Key.Example', algorithm: 'hmac-sha256', secret: Buffer.from('secret') };
const now = new Date('2026-11-21T10:00:00Z');
const update = (name: string, value: string) =>
  encodeMessage({ id: 7, flags: flags.update, question: { name: 'example.test', type: recordTypes.soa }, third: [{ name, type: recordTypes.txt, class: recordClasses.none, ttlSeconds: 0, data: encodeTxt(value) }] });

describe('a message', () => {
  it('comes back as it went', () => {
    const label = fc.stringMatching(/^[a-z0-9_-]{1,63}$/);
    fc.assert(fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), fc.string({ maxLength: 600 }), (labels, value) => {
      const name = labels.join('.');
      expect(decodeMessage(update(name, value)).records).toMatchObject([{ name, type: 16, class: 254, data: encodeTxt(value) }]);
    }));
  });

  it('that is cut or changed is a RangeError or another message, never anything worse', () => {
    const message = signMessage(update('a.example.test', 'x'), key, now).signed;
    fc.assert(fc.property(fc.nat(message.length - 1), fc.nat(255), fc.nat(message.length), (at, octet, end) => {
      const changed = Buffer.from(message);
      changed[at] = octet;
      const cut = changed.subarray(0, end);
      try {
        verifyResponse(cut, decodeMessage(cut), key, Buffer.alloc(0), now);
      } catch (error) {
        expect((error as Error).name).toBe('RangeError');
      }
    }));
  });

  it('is not read in circles', () => {
    const circular = Buffer.concat([Buffer.from([0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0]), Buffer.of(0xc0, 12), Buffer.alloc(4)]);
    expect(() => decodeMessage(circular)).toThrow(RangeError);
  });

  it('takes names that are names', () => {
    expect(encodeName('A.b.')).toEqual(Buffer.from('\x01a\x01b\0', 'latin1'));
    expect(encodeName('')).toEqual(Buffer.of(0));
    for (const name of ['a..b', `${'x'.repeat(64)}.test`, Array.from({ length: 130 }, () => 'x').join('.')]) expect(() => encodeName(name)).toThrow('is no domain name');
  });
});
