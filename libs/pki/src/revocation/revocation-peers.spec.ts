import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAppError } from '@sifaka/kernel';
import { certificatePem } from '../certificate/parse-certificate.js';
import { describeWith, keytool, openssl, run, runForBytes } from '../containers/test/peer.js';
import { tlv } from '../der/der-writer.js';
import { toPkcs8Pem } from '../keys/private-key.js';
import { subjectFrom } from '../name/name.js';
import { aCertificate, aKey, anAuthority, type TestAuthority } from '../test/builders.js';
import { ocspCertId } from './ocsp-cert-id.js';
import { encodeOcspRequest, parseOcspRequest } from './ocsp-request.js';
import { parseCrl } from './parse-crl.js';
import { parseOcspResponse } from './parse-ocsp-response.js';
import { aCrl, anOcspResponse, hours, now } from './test/builders.js';
import { revokedEntry, verifyCrl } from './verify-crl.js';
import { verifyOcspResponse } from './verify-ocsp-response.js';

const root = anAuthority('Root');
const issuer = anAuthority('Issuing', { issuer: root, key: aKey('RSA2048') });
const leaf = aCertificate({ issuer, serial: 0xabcdefn });
const other = aCertificate({ issuer });
const entries = [{ serial: leaf.serial, revokedAt: hours(-2), reason: 'keyCompromise' as const, invalidityDate: hours(-3) }, { serial: 1n << 100n, revokedAt: hours(-2) }];
const files = { root: pem(root.certificate), issuer: pem(issuer.certificate), leaf: pem(leaf), other: pem(other) };
const at = String(now.getTime() / 1000);

function pem(certificate: { der: Buffer }): string {
  return `${certificatePem(certificate.der)}\n`;
}

const keyPem = ({ key }: TestAuthority): string => toPkcs8Pem(key.privateKey);

describe('OpenSSL', () => {
  it('reads and verifies our CRLs, full and delta', () => {
    const full = aCrl(issuer, { entries, freshestCrlUrls: ['http://crl.test/d.crl'], issuingDistributionPoint: { urls: ['http://crl.test/f.crl'], only: 'user' } });
    const text = openssl(['crl', '-inform', 'DER', '-noout', '-text', '-in', '@crl', '-CAfile', '@issuer'], { ...files, crl: full });
    for (const words of ['Version 2 (0x1)', 'X509v3 CRL Number', 'ABCDEF', 'Key Compromise', 'Invalidity Date', 'X509v3 Freshest CRL', 'Only User Certificates']) expect(text).toContain(words);
    const delta = openssl(['crl', '-inform', 'DER', '-noout', '-text', '-in', '@crl'], { crl: aCrl(issuer, { number: 11n, baseNumber: 10n, entries: [{ serial: 5n, revokedAt: now, reason: 'removeFromCRL' }] }) });
    expect(delta).toMatch(/X509v3 Delta CRL Indicator: critical\s+(?:10|0?A)\b/);
    expect(delta).toContain('Remove From CRL');
  });

  it('finds by our CRLs who is revoked', () => {
    const crls = [aCrl(issuer, { entries }), aCrl(root)].map((der) => openssl(['crl', '-inform', 'DER', '-in', '@c'], { c: der })).join('\n');
    const verify = (which: string) => ['verify', '-attime', at, '-crl_check_all', '-CAfile', '@root', '-untrusted', '@issuer', '-CRLfile', '@crls', which];
    expect(openssl(verify('@other'), { ...files, crls })).toContain('OK');
    expect(() => openssl(verify('@leaf'), { ...files, crls })).toThrow(/certificate revoked/);
  });

  it('reads our OCSP request, and we read its own', () => {
    const nonce = randomBytes(16);
    const ours = encodeOcspRequest({ certIds: [ocspCertId(issuer.certificate, leaf.serial), ocspCertId(issuer.certificate, 2n, 'sha256')], nonce });
    const text = openssl(['ocsp', '-reqin', '@req', '-req_text', '-noverify'], { req: ours });
    for (const words of ['Serial Number: ABCDEF', 'Hash Algorithm: sha256', 'OCSP Nonce']) expect(text).toContain(words);
    const theirs = parseOcspRequest(runForBytes('openssl', ['ocsp', '-issuer', '@issuer', '-cert', '@leaf', '-sha256', '-cert', '@other'], files, '-reqout'));
    expect(theirs.certIds).toEqual([ocspCertId(issuer.certificate, leaf.serial), ocspCertId(issuer.certificate, other.serial, 'sha256')]);
    expect(theirs.nonce).toHaveLength(16);
  });

  it('verifies our OCSP answers: of the issuer, and of a delegate', () => {
    const key = aKey();
    // OpenSSL compares with the time of day.
    const [thisUpdate, nextUpdate] = [new Date(Date.now() - 60_000), new Date(Date.now() + 3_600_000)];
    const delegate = { key, certificate: aCertificate({ key, issuer, notBefore: new Date(Date.now() - 3_600_000), subject: subjectFrom({ commonName: 'Responder' }), extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'] } }) };
    const responses = [
      { certId: ocspCertId(issuer.certificate, leaf.serial), status: 'revoked' as const, revokedAt: hours(-2), reason: 'superseded' as const, thisUpdate, nextUpdate },
      { certId: ocspCertId(issuer.certificate, other.serial), status: 'good' as const, thisUpdate, nextUpdate },
    ];
    for (const [signer, certificates] of [[issuer, []], [delegate, [delegate.certificate.der]]] as const) {
      const response = anOcspResponse(signer, { producedAt: thisUpdate, responses, certificates });
      const text = openssl(['ocsp', '-respin', '@resp', '-issuer', '@issuer', '-cert', '@leaf', '-cert', '@other', '-CAfile', '@root', '-verify_other', '@issuer'], { ...files, resp: response });
      expect(text).toMatch(/leaf: revoked[\s\S]*Reason: superseded[\s\S]*other: good/);
    }
  });

  it('answers as a responder, and we verify it', () => {
    const index = [`R\t300101000000Z\t260601100000Z,keyCompromise\tABCDEF\tunknown\t/CN=x`, `V\t300101000000Z\t\t${hexOf(other.serial)}\tunknown\t/CN=y`].join('\n');
    const ask = (serial: bigint) => {
      const certId = ocspCertId(issuer.certificate, serial);
      const request = encodeOcspRequest({ certIds: [certId], nonce: Buffer.from('0123456789abcdef') });
      const answer = runForBytes('openssl', ['ocsp', '-index', '@index', '-CA', '@issuer', '-rsigner', '@issuer', '-rkey', '@key', '-reqin', '@req', '-nmin', '5'], { ...files, index: `${index}\n`, key: keyPem(issuer), req: request }, '-respout');
      return verifyOcspResponse(parseOcspResponse(answer), { issuer: issuer.certificate, certId, at: new Date(), nonce: Buffer.from('0123456789abcdef') });
    };
    expect(ask(leaf.serial)).toMatchObject({ status: 'revoked', reason: 'keyCompromise', revokedAt: new Date('2026-06-01T10:00:00Z'), hasNonce: true, signer: { by: 'issuer' } });
    expect(ask(other.serial)).toMatchObject({ status: 'good' });
    expect(ask(99n)).toMatchObject({ status: 'unknown' });
  });

  it('makes CRLs that we read and verify', () => {
    const index = `R\t300101000000Z\t260601100000Z,CACompromise\tABCDEF\tunknown\t/CN=x\n`;
    const config = '[ca]\ndefault_ca=d\n[d]\ndatabase=@index@\ncrlnumber=@number@\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n';
    const crl = parseCrl(runForBytes('sh', ['-c', 'cd "$(dirname "$2")"; sed -i "s#@index@#index#;s#@number@#number#" config; echo > index.attr; openssl ca -config config -gencrl -crldays 2 -md sha256 -cert issuer -keyfile key | openssl crl -outform DER -out "$2"', 'sh'], { ...files, index, config, number: '0A\n', key: keyPem(issuer) }));
    expect(verifyCrl(crl, issuer.certificate, { at: new Date() })).toBeNull();
    expect([crl.number, revokedEntry(leaf.serial, crl)?.reason, revokedEntry(other.serial, crl)]).toEqual([10n, 'cACompromise', null]);
  });
});

const hexOf = (serial: bigint): string => {
  const hex = serial.toString(16).toUpperCase();
  return hex.length % 2 === 0 ? hex : `0${hex}`;
};

describeWith('ocsptool')('GnuTLS', () => {
  it('reads our OCSP messages', () => {
    const request = encodeOcspRequest({ certIds: [ocspCertId(issuer.certificate, leaf.serial)], nonce: Buffer.from('00112233', 'hex') });
    expect(run('ocsptool', ['--request-info', '--infile', '@req'], { req: request })).toMatch(/Serial Number: (00)?abcdef[\s\S]*Nonce[^\n]*: 00112233/i);
    const response = anOcspResponse(issuer, { extendedRevoke: true, responses: [{ certId: ocspCertId(issuer.certificate, leaf.serial), status: 'revoked', revokedAt: now, reason: 'keyCompromise', thisUpdate: now, nextUpdate: hours(1) }] });
    const text = run('ocsptool', ['--response-info', '--infile', '@resp'], { resp: response });
    expect(text).toContain('Response Status: Successful');
    expect(text).toContain('Certificate Status: revoked');
  });
});

describeWith('keytool')('Java', () => {
  it('reads our CRL', () => {
    const text = keytool(['-printcrl', '-file', '@crl'], { crl: aCrl(issuer, { entries }) });
    expect(text).toMatch(/ab:?cd:?ef/i);
    expect(text).toMatch(/Key[ _]?Compromise/i);
  });
});

describe('hostile bytes', () => {
  const crl = aCrl(issuer, { entries, freshestCrlUrls: ['http://a.test/'], issuingDistributionPoint: { urls: ['http://b.test/'] } });
  const request = encodeOcspRequest({ certIds: [ocspCertId(issuer.certificate, 1n)], nonce: Buffer.alloc(16, 1) });
  const certId = ocspCertId(issuer.certificate, 1n);
  const response = anOcspResponse(issuer, { nonce: Buffer.alloc(16, 1), certificates: [leaf.der], responses: [{ certId, status: 'revoked', revokedAt: now, reason: 'superseded', thisUpdate: now, nextUpdate: hours(1) }] });

  const readers: ((bytes: Buffer) => unknown)[] = [
    (bytes) => {
      const read = parseCrl(bytes);
      return [verifyCrl(read, issuer.certificate, { at: now }), revokedEntry(leaf.serial, read), [...read.entries].length];
    },
    (bytes) => parseOcspRequest(bytes),
    (bytes) => verifyOcspResponse(parseOcspResponse(bytes), { issuer: issuer.certificate, certId, at: now }),
  ];

  /** Reads, or refuses with an `AppError`. */
  function survives(bytes: Buffer): void {
    const start = process.cpuUsage();
    for (const read of readers) {
      try {
        read(bytes);
      } catch (fault) {
        if (!isAppError(fault)) throw fault;
        expect(fault.code).toBe('invalid_argument');
      }
    }
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
  }

  it.each([['a CRL', crl], ['a request', request], ['a response', response]])('cut out of %s anywhere are refused', (_words, good) => {
    for (let length = 0; length < good.length; length++) survives(good.subarray(0, length));
  });

  it.each([['a CRL', crl], ['a request', request], ['a response', response]])('changed anywhere in %s are read or refused, and never believed', (_words, good) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, octet] of changes) bytes[at] = octet;
        survives(bytes);
      }),
      { numRuns: 800 },
    );
  });

  it('announced hugely, nested deeply or repeated endlessly are refused in time', () => {
    let deep: Buffer = tlv(0x30);
    for (let depth = 0; depth < 5_000; depth++) deep = tlv(0x30, deep);
    for (const bytes of [deep, Buffer.from('3084ffffffff', 'hex'), Buffer.from('30847fffffff3003020101', 'hex'), Buffer.alloc(1_000_000, 0x30), Buffer.alloc(20_000_000), tlv(0x30, tlv(0x30, Buffer.alloc(20_000_000, 0x30)))]) survives(bytes);
  });
});
