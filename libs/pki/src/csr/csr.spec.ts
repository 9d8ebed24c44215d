import { randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signatureAlgorithmFor } from '../certificate/signature-algorithm.js';
import { openssl } from '../containers/test/peer.js';
import { bitString, explicit, integer, nullValue, octetString, oid, sequence, setOf } from '../der/der-writer.js';
import { encodePem } from '../der/pem.js';
import type { Extensions } from '../extension/extensions.js';
import { encodeName } from '../name/name-codec.js';
import { subjectFrom } from '../name/name.js';
import { nameText } from '../name/name-text.js';
import { aKey, faultOf } from '../test/builders.js';
import type { KeyType } from '../key-type/key-types.js';
import { assembleCsr, csrPem, encodeCsrExtensions, encodeCsrInfo, parseCsr, verifyCsr } from './csr.js';

const subject = subjectFrom({ email: 'payments@corp.test', commonName: 'shop.corp.test', organization: 'Corp', country: 'NO' });
const asked: Extensions = {
  basicConstraints: { isCa: false },
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
  subjectAltNames: [{ type: 'dns', value: 'shop.corp.test' }, { type: 'email', value: 'a@corp.test' }],
  subjectKeyId: Buffer.alloc(20, 1),
};

function aCsr(type: KeyType = 'ECCPRIME256V1', extensions: Extensions = asked): Buffer {
  const key = aKey(type);
  const algorithm = signatureAlgorithmFor(type);
  const info = encodeCsrInfo({ subjectDer: encodeName(subject), spki: key.spki, extensionsDer: encodeCsrExtensions(extensions) });
  return assembleCsr(info, algorithm, sign(algorithm.digest, info, key.privateKey));
}

describe('a generated request', () => {
  it.each(['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'ED25519'] as const)('with a key of type %s is good for OpenSSL and for us', (type) => {
    const der = aCsr(type);
    expect(openssl(['req', '-verify', '-noout', '-in', '@csr'], { csr: csrPem(der) })).toBe('');
    const csr = parseCsr(csrPem(der));
    expect(csr).toMatchObject({ cn: 'shop.corp.test', keyType: type, subject, extensions: asked, sans: asked.subjectAltNames });
    expect(verifyCsr(csr)).toBe('valid');
  });

  it('marks basicConstraints, SAN and keyUsage critical, EKU and SKI not, and carries nothing else', () => {
    const text = openssl(['req', '-text', '-noout', '-in', '@csr'], { csr: csrPem(aCsr('ECCPRIME256V1', { ...asked, crlDistributionPoints: ['http://x'], authorityKeyId: { keyId: Buffer.of(1) } })) });
    expect([...text.matchAll(/X509v3 (.+): ?(critical)?\n/g)].map(([, name, critical]) => [name, critical])).toEqual([
      ['Basic Constraints', 'critical'],
      ['Key Usage', 'critical'],
      ['Extended Key Usage', undefined],
      ['Subject Key Identifier', undefined],
      ['Subject Alternative Name', 'critical'],
    ]);
    expect(text).toContain('Subject: emailAddress = payments@corp.test, CN = shop.corp.test, O = Corp, C = NO');
  });

  it('has no SAN for an empty list', () => expect(parseCsr(aCsr('ECCPRIME256V1', { subjectAltNames: [] })).extensions).toEqual({}));

  it('may do without extensions', () => {
    const info = encodeCsrInfo({ subjectDer: encodeName([]), spki: aKey().spki });
    expect(parseCsr(assembleCsr(info, signatureAlgorithmFor('ECCPRIME256V1'), Buffer.of(1)))).toMatchObject({ cn: null, sans: [], extensions: {} });
  });
});

describe('a request from elsewhere', () => {
  it('made by OpenSSL is read', () => {
    const key = aKey().privateKey.export({ type: 'pkcs8', format: 'pem' });
    const pem = openssl(['req', '-new', '-key', '@key', '-subj', '/C=NO/O=Corp/CN=a.test', '-addext', 'subjectAltName=DNS:a.test,IP:192.0.2.1,URI:http://x', '-addext', 'keyUsage=keyEncipherment'], { key: String(key) });
    const csr = parseCsr(pem.replace('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST').replace('END CERTIFICATE', 'END NEW CERTIFICATE'));
    expect(nameText(csr.subject)).toBe('CN=a.test,O=Corp,C=NO');
    expect(csr.extensions).toEqual({ keyUsage: ['keyEncipherment'], subjectAltNames: [{ type: 'dns', value: 'a.test' }, { type: 'ip', value: '192.0.2.1' }, { type: 'uri', value: 'http://x' }] });
    expect(verifyCsr(csr)).toBe('valid');
  });

  const spki = aKey().spki;
  const request = (attributes: Buffer[], version = 0) => sequence(sequence(integer(version), encodeName(subject), spki, explicit(0, ...attributes)), signatureAlgorithmFor('ECCPRIME256V1').der, bitString(randomBytes(8)));
  const extensionRequest = (value: Buffer) => sequence(oid('1.2.840.113549.1.9.14'), setOf([value]));

  it('with a wrong signature is not valid', () => expect(verifyCsr(parseCsr(request([])))).toBe('invalid'));

  it('may carry other attributes and no attributes at all', () => {
    expect(parseCsr(request([sequence(oid('1.2.840.113549.1.9.7'), setOf([octetString(Buffer.of(1))])), extensionRequest(sequence())])).extensions).toEqual({});
    const bare = sequence(sequence(integer(0), encodeName(subject), spki), signatureAlgorithmFor('ECCPRIME256V1').der, bitString(Buffer.of(1)));
    expect(parseCsr(bare).cn).toBe('shop.corp.test');
  });

  it('with two lists of extensions, another version or another label is refused', () => {
    expect(faultOf(() => parseCsr(request([extensionRequest(sequence()), extensionRequest(sequence())]))).message).toContain('two lists');
    expect(faultOf(() => parseCsr(request([], 9))).code).toBe('invalid_argument');
    expect(faultOf(() => parseCsr(encodePem('CERTIFICATE', request([])))).code).toBe('invalid_argument');
    expect(faultOf(() => parseCsr(nullValue())).code).toBe('invalid_argument');
  });
});
