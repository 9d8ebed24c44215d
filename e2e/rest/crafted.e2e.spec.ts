import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { expectOk, type Answer, type Json } from '../harness/index.js';
import { bitString, craftedCertificate, craftedRequest, der, dnsName, ecKey, extension, generator, integer, name, oid, p256Oid, pem, rsaKey, sequence, subjectAltName, utf8 } from './crafted.js';
import { foreignCertificate, foreignRequest } from './foreign.js';
import { unique, useWorld } from './world.js';

const world = useWorld();
const upload = (body: unknown, more: Json = {}) => world().admin.post('/certificates/upload', { owner: 'team@corp.test', name: unique('crafted'), body, ...more });

/** Any answer but a fault: taken, or refused in words that do not come from the machine room. */
function sane(answer: Answer): string | null {
  if (answer.status === 200) return null;
  if (answer.status >= 500 || typeof answer.body?.message !== 'string') return `${answer.status} ${answer.text.slice(0, 300)}`;
  return /node_modules|\.[jt]s:\d|TypeError|RangeError|ERR_|error:[0-9A-F]{8}|asn1\d|undefined|\[object|Cannot read/.test(answer.text) ? `leak: ${answer.text.slice(0, 300)}` : null;
}

const odd = (bytes: number) => `00${'ff'.repeat(bytes)}`;
const explicitCurve = sequence(integer('01'), sequence(oid('1.2.840.10045.1.1'), integer('0b')), sequence(der(0x04, Buffer.from([1])), der(0x04, Buffer.from([6]))), der(0x04, generator), integer('0d'));
const nested = (depth: number) => Array.from({ length: depth }).reduce<Buffer>((inner) => der(0x30, inner), Buffer.alloc(0));
const time = (text: string, tag = 0x17) => der(tag, Buffer.from(text));

const certificates: Record<string, () => string> = {
  'nothing odd but its signature': () => craftedCertificate(),
  'an RSA key of 16,384 bits': () => craftedCertificate({ key: rsaKey(odd(2_048)) }),
  'an RSA key of 100,000 bits': () => craftedCertificate({ key: rsaKey(odd(12_500)) }),
  'an RSA key of 8 bits': () => craftedCertificate({ key: rsaKey('00ff') }),
  'an RSA modulus of 0': () => craftedCertificate({ key: rsaKey('00') }),
  'a negative RSA modulus': () => craftedCertificate({ key: rsaKey('ff00ff') }),
  'the RSA exponent 1': () => craftedCertificate({ key: rsaKey(odd(256), '01') }),
  'the RSA exponent 0': () => craftedCertificate({ key: rsaKey(odd(256), '00') }),
  'a huge RSA exponent': () => craftedCertificate({ key: rsaKey(odd(256), odd(255)) }),
  'explicit curve parameters': () => craftedCertificate({ key: ecKey(explicitCurve, generator) }),
  'no curve parameters': () => craftedCertificate({ key: ecKey(Buffer.from([5, 0]), generator) }),
  'an unknown curve': () => craftedCertificate({ key: ecKey(oid('1.2.3.4'), generator) }),
  'a point that is not on the curve': () => craftedCertificate({ key: ecKey(p256Oid, Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)])) }),
  'the point at infinity': () => craftedCertificate({ key: ecKey(p256Oid, Buffer.from([0])) }),
  'an empty point': () => craftedCertificate({ key: ecKey(p256Oid, Buffer.alloc(0)) }),
  'a key of an unknown kind': () => craftedCertificate({ key: sequence(sequence(oid('1.2.3.4')), bitString(Buffer.from([1, 2, 3]))) }),
  'a DSA key': () => craftedCertificate({ key: sequence(sequence(oid('1.2.840.10040.4.1')), bitString(integer('05'))) }),
  'no key bits': () => craftedCertificate({ key: sequence(sequence(oid('1.2.840.113549.1.1.1')), bitString(Buffer.alloc(0))) }),
  'a negative serial': () => craftedCertificate({ serial: integer('ff') }),
  'the serial 0': () => craftedCertificate({ serial: integer('00') }),
  'a serial of 400 bytes': () => craftedCertificate({ serial: integer(`01${'ab'.repeat(399)}`) }),
  'no serial bytes': () => craftedCertificate({ serial: der(0x02) }),
  'version 1 with extensions': () => craftedCertificate({ version: Buffer.alloc(0), extensions: [subjectAltName(dnsName('a.corp.test'))] }),
  'version 200': () => craftedCertificate({ version: der(0xa0, integer('00c8')) }),
  'an end before the start': () => craftedCertificate({ validity: sequence(time('360101000000Z'), time('260101000000Z')) }),
  'the year 9999': () => craftedCertificate({ validity: sequence(time('260101000000Z'), time('99991231235959Z', 0x18)) }),
  'the year 0000': () => craftedCertificate({ validity: sequence(time('00000101000000Z', 0x18), time('260101000000Z')) }),
  'the 31st of February': () => craftedCertificate({ validity: sequence(time('260231000000Z'), time('360101000000Z')) }),
  'words for dates': () => craftedCertificate({ validity: sequence(time('yesterday'), time('tomorrow')) }),
  'no dates': () => craftedCertificate({ validity: sequence() }),
  'an empty subject': () => craftedCertificate({ subject: sequence() }),
  'NUL in its common name': () => craftedCertificate({ subject: name(utf8('good.corp.test\0.evil.com')) }),
  'a common name of 60,000 characters': () => craftedCertificate({ subject: name(utf8('a'.repeat(60_000))) }),
  'a common name that is no UTF-8': () => craftedCertificate({ subject: name(der(0x0c, Buffer.from([0xff, 0xfe, 0xc0]))) }),
  'a common name in BMP': () => craftedCertificate({ subject: name(der(0x1e, Buffer.from('\0a\0b', 'latin1'))) }),
  'half a BMP character': () => craftedCertificate({ subject: name(der(0x1e, Buffer.from([0]))) }),
  'a lone surrogate in BMP': () => craftedCertificate({ subject: name(der(0x1e, Buffer.from([0xd8, 0x00]))) }),
  'a universal string beyond Unicode': () => craftedCertificate({ subject: name(der(0x1c, Buffer.from([0xff, 0xff, 0xff, 0xff]))) }),
  'a number as common name': () => craftedCertificate({ subject: name(integer('05')) }),
  'control characters in its name': () => craftedCertificate({ subject: name(utf8('a\r\nSet-Cookie: x\u001b[31m')) }),
  'two hundred common names': () => craftedCertificate({ subject: sequence(...Array.from({ length: 200 }, (_, index) => der(0x31, sequence(oid('2.5.4.3'), utf8(`n${index}.corp.test`))))) }),
  'a thousand names': () => craftedCertificate({ extensions: [subjectAltName(...Array.from({ length: 1_000 }, (_, index) => dnsName(`h${index}.corp.test`)))] }),
  'five thousand names': () => craftedCertificate({ extensions: [subjectAltName(...Array.from({ length: 5_000 }, (_, index) => dnsName(`h${index}.corp.test`)))] }),
  'a name of 5,000 characters': () => craftedCertificate({ extensions: [subjectAltName(dnsName('a'.repeat(5_000)))] }),
  'NUL in a name': () => craftedCertificate({ extensions: [subjectAltName(dnsName('good.corp.test\0.evil.com'))] }),
  'bytes beyond ASCII in a name': () => craftedCertificate({ extensions: [subjectAltName(dnsName(Buffer.from([0xff, 0xfe, 0xe9])))] }),
  'an empty name': () => craftedCertificate({ extensions: [subjectAltName(dnsName(''))] }),
  'no names': () => craftedCertificate({ extensions: [subjectAltName()] }),
  'an address of 3 bytes': () => craftedCertificate({ extensions: [subjectAltName(der(0x87, Buffer.from([1, 2, 3])))] }),
  'a network in place of an address': () => craftedCertificate({ extensions: [subjectAltName(der(0x87, Buffer.from([10, 0, 0, 0, 255, 0, 255, 0])))] }),
  'other kinds of names': () => craftedCertificate({ extensions: [subjectAltName(der(0xa0, oid('1.2.3'), der(0xa0, utf8('x'))), der(0xa4, name(utf8('x'))), der(0x88, Buffer.from([0x2a, 0x80])), der(0x86, Buffer.from('ftp://x')), der(0x9f, Buffer.from([1])))] }),
  'names twice': () => craftedCertificate({ extensions: [subjectAltName(dnsName('a.corp.test')), subjectAltName(dnsName('b.corp.test'))] }),
  'a critical extension that nobody knows': () => craftedCertificate({ extensions: [extension('1.2.3.4.5', utf8('x'), true)] }),
  ...Object.fromEntries(
    ['2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.30', '2.5.29.31', '2.5.29.32', '2.5.29.35', '2.5.29.37', '1.3.6.1.5.5.7.1.1'].flatMap((id) => [
      [`garbage in extension ${id}`, () => craftedCertificate({ extensions: [extension(id, Buffer.from([0x30, 0x82, 0xff, 0xff, 0x01]))] })],
      [`nothing in extension ${id}`, () => craftedCertificate({ extensions: [extension(id, Buffer.alloc(0))] })],
      [`another type in extension ${id}`, () => craftedCertificate({ extensions: [extension(id, utf8('text'))] })],
    ]),
  ),
  'a path length of 100 digits': () => craftedCertificate({ extensions: [extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff])), integer(`7f${'ff'.repeat(40)}`)))] }),
  'no extensions in a list of them': () => craftedCertificate({ extensions: [] }),
  'an empty signature': () => craftedCertificate({ signature: bitString(Buffer.alloc(0)) }),
  'an unknown algorithm': () => craftedCertificate({ algorithm: sequence(oid('1.2.3.4')) }),
  'MD5': () => craftedCertificate({ algorithm: sequence(oid('1.2.840.113549.1.1.4')) }),
  'bytes behind its end': () => craftedCertificate({ trailing: Buffer.from('more') }),
  'ten thousand nested sequences': () => pem('CERTIFICATE', nested(10_000)),
  'ten thousand nested sequences inside': () => craftedCertificate({ extensions: [extension('2.5.29.17', nested(10_000))] }),
  'a length of four gigabytes': () => pem('CERTIFICATE', Buffer.from('3084ffffffff0000', 'hex')),
  'a length of nine bytes': () => pem('CERTIFICATE', Buffer.from('3089ffffffffffffffffff00', 'hex')),
  'an indefinite length': () => pem('CERTIFICATE', Buffer.from('308030800000000', 'hex')),
  'no bytes at all': () => pem('CERTIFICATE', Buffer.alloc(0)),
  'a sequence of nothing': () => pem('CERTIFICATE', sequence()),
  '300 kB of noise': () => pem('CERTIFICATE', Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7_919) & 0xff))),
};

describe('certificates that no library would make', () => {
  it.each(Object.keys(certificates))('with %s are taken or refused', async (title) => {
    const body = certificates[title]?.() ?? '';
    expect(sane(await upload(body))).toBeNull();
    // As chain, as authority and as request they meet other readers.
    const good = await foreignCertificate();
    expect(sane(await upload(good.body, { chain: body }))).toBeNull();
    expect(sane(await world().admin.post('/authorities/import', { name: unique('I'), owner: 'i@corp.test', body, privateKey: good.key }))).toBeNull();
  });

  it('do not stop anybody from reading the inventory', async () => {
    const list = expectOk(await world().admin.get('/certificates?count=1000&showExpired=1'));
    expect(list.items).toHaveLength(list.total);
    for (const { id } of list.items) {
      expectOk(await world().plain.get(`/certificates/${id}`));
      for (const slug of ['java-truststore-jks', 'openssl-csr']) expect(sane(await world().admin.post(`/certificates/${id}/export`, { plugin: { slug } }))).toBeNull();
    }
    for (const sort of ['name', 'cn', 'notAfter', 'serial', 'bits']) expectOk(await world().admin.get(`/certificates?count=1000&sortBy=${sort}&sortDir=desc&showExpired=1`));
    for (const metric of ['bits', 'issuer', 'not_after', 'signing_algorithm']) expectOk(await world().admin.get(`/certificates/stats?metric=${metric}`));
  });
});

describe('signing requests that no library would make', () => {
  const requests: Record<string, () => string> = {
    'a signature that nobody made': () => craftedRequest(),
    'RSA of 16,384 bits': () => craftedRequest({ key: rsaKey(odd(2_048)) }),
    'the exponent 1': () => craftedRequest({ key: rsaKey(odd(256), '01') }),
    'explicit parameters': () => craftedRequest({ key: ecKey(explicitCurve, generator) }),
    'the point at infinity': () => craftedRequest({ key: ecKey(p256Oid, Buffer.from([0])) }),
    'NUL in the name': () => craftedRequest({ subject: name(utf8('a\0b')) }),
    'broken extensions': () => craftedRequest({ extensions: [extension('2.5.29.17', Buffer.from([0x30, 0x82]))] }),
    'a certificate': () => craftedCertificate(),
    'nested sequences': () => pem('CERTIFICATE REQUEST', nested(10_000)),
    'nothing': () => pem('CERTIFICATE REQUEST', Buffer.alloc(0)),
  };
  it.each(Object.keys(requests))('with %s are refused', async (title) => {
    const answer = await world().admin.post('/certificates', { owner: 'team@corp.test', authority: { id: world().authority.id }, commonName: 'csr.corp.test', csr: requests[title]?.() });
    expect({ status: answer.status, problem: sane(answer) }).toEqual({ status: 400, problem: null });
    expect(JSON.stringify(answer.body.reasons)).toMatch(/csr/i);
  });
});

describe('bytes that changed on the way', () => {
  // Each run meets the same changes: a failure can be repeated.
  const draw = (seed: number, below: number) => createHash('sha256').update(String(seed)).digest().readUInt32BE(0) % below;
  const damaged = (text: string, seed: number): string => {
    const bytes = Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    const label = /-----BEGIN ([^-]+)-----/.exec(text)?.[1] ?? '';
    if (seed % 5 === 0) return pem(label, bytes.subarray(0, draw(seed, bytes.length)));
    for (let change = 0; change <= seed % 3; change += 1) bytes[draw(seed * 31 + change, bytes.length)] = draw(seed * 17 + change, 256);
    return pem(label, bytes);
  };

  it.each(['body', 'chain', 'privateKey', 'csr'] as const)('in %s are taken or refused', async (field) => {
    const good = await foreignCertificate({ dnsNames: ['a.corp.test'] });
    const csr = await foreignRequest('CN=a.corp.test', [{ type: 'dns', value: 'a.corp.test' }]);
    const original = { body: good.body, chain: good.body, privateKey: good.key, csr }[field];
    for (let seed = 0; seed < 60; seed += 1) {
      const changed = damaged(original, seed);
      expect({ seed, problem: sane(await upload(field === 'body' ? changed : good.body, field === 'body' ? {} : { [field]: changed })) }).toEqual({ seed, problem: null });
    }
  });

  it.each([
    ['Windows line ends', (text: string) => text.replaceAll('\n', '\r\n'), 200],
    ['spaces around', (text: string) => `\n\n  ${text}  \n\n`, 200],
    ['words before it', (text: string) => `Bag Attributes\n  friendlyName: x\n${text}`, 200],
    ['no end', (text: string) => text.split('-----END')[0] ?? '', 400],
    ['no armor', (text: string) => text.replaceAll(/-----[^-]+-----/g, ''), 400],
    ['another label', (text: string) => text.replaceAll('CERTIFICATE', 'PKCS7'), 400],
    ['signs that are no base64', (text: string) => text.replace('M', '!'), 400],
    ['NUL inside', (text: string) => text.replace('\n', '\n\0'), 400],
    ['an open end of dashes', (text: string) => `${text}\n-----BEGIN CERTIFICATE-----`, null],
    ['itself twice', (text: string) => `${text}\n${text}`, null],
  ])('to PEM with %s', async (_title, change, status) => {
    const answer = await upload(change((await foreignCertificate()).body));
    expect(sane(answer)).toBeNull();
    if (status !== null) expect(answer.status).toBe(status);
  });

  it.each([
    ['encrypted', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----'],
    ['encrypted in the old way', '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----'],
    ['public', '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----'],
    ['for SSH', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----'],
    ['empty', '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----'],
    ['of another curve', pem('EC PRIVATE KEY', sequence(integer('01'), der(0x04, Buffer.alloc(48, 1)), der(0xa0, oid('1.3.132.0.34'))))],
    ['of zeros', pem('EC PRIVATE KEY', sequence(integer('01'), der(0x04, Buffer.alloc(32)), der(0xa0, p256Oid)))],
    ['nested', pem('PRIVATE KEY', nested(10_000))],
  ])('to a key that is %s are refused, and it is not repeated', async (_title, privateKey) => {
    const answer = await upload((await foreignCertificate()).body, { privateKey });
    expect({ status: answer.status, problem: sane(answer) }).toEqual({ status: 400, problem: null });
    expect(answer.text).not.toContain('AAAA');
  });
});
