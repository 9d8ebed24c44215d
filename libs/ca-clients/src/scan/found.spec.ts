import { describe, expect, it } from '@jest/globals';
import { certificatePem, pkcs7Pem } from '@sifaka/pki';
import { standInCa } from '@sifaka/plugin-sdk/conformance';
import { certify } from '../stand-in/certify.js';
import { found, isForServers, readBundle, readCertificate } from './found.js';

const ca = standInCa();
const der = certify(ca, 'www.example.test');
const orders: [string, Buffer[]][] = [
  ['leaf first', [der, ca.issuingDer, ca.rootDer]],
  ['root first', [ca.rootDer, ca.issuingDer, der]],
  ['twice', [der, der, ca.issuingDer]],
];

describe('a bundle of a CA', () => {
  it.each(orders)('is read with its certificates %s', (_order, ders) => {
    for (const text of [ders.map(certificatePem).join('\n'), pkcs7Pem(ders), pkcs7Pem(ders).replaceAll('PKCS7', 'CERTIFICATE')]) expect(readBundle('it', text)[0].der.equals(der)).toBe(true);
  });

  it.each([['', 'holds no certificate'], ['text', 'cannot be read'], ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'cannot be read']])('is no certificate: %j', (text, words) => {
    expect(() => readBundle('it', text)).toThrow(expect.objectContaining({ reason: 'source.unreadable', message: expect.stringContaining(words) }));
  });

  it('of a root alone is that root', () => {
    expect(readBundle('it', ca.rootPem)[0].der.equals(ca.rootDer)).toBe(true);
  });
});

describe('a certificate that is found', () => {
  it('has the common name where the CA has no name for it, and null for what is blank', () => {
    const finding = found(readCertificate('it', der), [], { name: null, externalId: ' 7 ', owner: '  ', description: 'x'.repeat(2_000) });
    expect(finding).toMatchObject({ certificate: { name: 'www.example.test', externalId: '7', owner: null, description: 'x'.repeat(1_024) } });
  });

  it('is for servers when it says so, and not when it says nothing', () => {
    expect((['server', 'client'] as const).map((use) => isForServers(readCertificate('it', certify(ca, 'x.example.test', [use]))))).toEqual([true, false]);
    expect(isForServers(readCertificate('it', certify(ca, 'x.example.test', ['client', 'server'])))).toBe(true);
    expect(isForServers(readCertificate('it', certify(ca, 'x.example.test', [])))).toBe(false);
  });
});
