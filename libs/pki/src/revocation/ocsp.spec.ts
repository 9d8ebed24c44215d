import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { enumerated, explicit, implicit, integer, nullValue, octetString, oid, sequence, tlv } from '../der/der-writer.js';
import { encodeExtension } from '../extension/extension-encoder.js';
import { encodeGeneralName } from '../extension/general-name-codec.js';
import { subjectFrom } from '../name/name.js';
import { aCertificate, aKey, anAuthority, faultOf, refusedField, type CertificateOptions, type TestAuthority } from '../test/builders.js';
import { neverIssued, ocspErrorResponse, type OcspSingleResponseInput } from './encode-ocsp-response.js';
import { isOfIssuer, ocspCertId, ocspIssuerHashes } from './ocsp-cert-id.js';
import { encodeOcspRequest, parseOcspRequest } from './ocsp-request.js';
import { parseOcspResponse, type OcspBasicResponse } from './parse-ocsp-response.js';
import { anOcspResponse, hours, now, type OcspOptions } from './test/builders.js';
import { verifyOcspResponse } from './verify-ocsp-response.js';

const issuer = anAuthority('Issuing');
const { certificate } = issuer;
const certId = ocspCertId(certificate, 4711n);
const good: OcspSingleResponseInput = { certId, status: 'good', thisUpdate: hours(-1), nextUpdate: hours(3) };

function basicOf(der: Buffer): OcspBasicResponse {
  const response = parseOcspResponse(der);
  if (response.status !== 'successful') throw new Error(response.status);
  return response.basic;
}

const verdictOf = (der: Buffer, more: { nonce?: Buffer; at?: Date } = {}) => verifyOcspResponse(parseOcspResponse(der), { issuer: certificate, certId, at: now, ...more });
const kindOf = (der: Buffer, more?: { nonce?: Buffer; at?: Date }) => {
  const verdict = verdictOf(der, more);
  return verdict.status === 'refused' ? verdict.kind : verdict.status;
};

function aResponder(options: CertificateOptions = {}): TestAuthority {
  const key = aKey();
  return { key, certificate: aCertificate({ key, issuer, subject: subjectFrom({ commonName: 'Responder' }), extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'] }, ...options }) };
}

const delegated = (responder: TestAuthority, options: Partial<OcspOptions> = {}) => anOcspResponse(responder, { responses: [good], certificates: [responder.certificate.der], ...options });

describe('an OCSP request', () => {
  it('is read as it was written', () => {
    const serials = fc.array(fc.bigInt({ min: 1n, max: (1n << 159n) - 1n }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(serials, fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512'), fc.option(fc.uint8Array({ minLength: 1, maxLength: 128 })), (numbers, hash, nonce) => {
        const certIds = numbers.map((serial) => ocspCertId(certificate, serial, hash));
        const request = parseOcspRequest(encodeOcspRequest({ certIds, nonce }));
        expect(request).toEqual({ certIds, nonce: nonce === null ? null : Buffer.from(nonce) });
        expect(request.certIds.every((each) => isOfIssuer(each, certificate))).toBe(true);
      }),
    );
  });

  it('names the issuer by name and key', () => {
    const renewed = anAuthority('Issuing');
    expect(isOfIssuer(certId, certificate)).toBe(true);
    expect(isOfIssuer(certId, renewed.certificate)).toBe(false);
    expect(isOfIssuer(certId, anAuthority('Other', { key: issuer.key }).certificate)).toBe(false);
    const unknown = sequence(sequence(oid('1.2.3')), octetString(certId.issuerNameHash), octetString(certId.issuerKeyHash), integer(1));
    const [asked] = parseOcspRequest(sequence(sequence(sequence(sequence(unknown))))).certIds;
    expect(asked).toMatchObject({ hash: null, serial: 1n });
    expect(asked && isOfIssuer(asked, certificate)).toBe(false);
  });

  it('names a hash with no parameters but NULL: one question has few ways to be written', () => {
    const withParameters = (...parameters: Buffer[]) => {
      const id = sequence(sequence(oid('1.3.14.3.2.26'), ...parameters), octetString(certId.issuerNameHash), octetString(certId.issuerKeyHash), integer(4711));
      return sequence(sequence(sequence(sequence(id))));
    };
    for (const parameters of [[], [nullValue()]]) expect(parseOcspRequest(withParameters(...parameters)).certIds).toMatchObject([{ hash: 'sha1', serial: 4711n }]);
    for (const parameters of [[octetString(Buffer.of(1))], [integer(1)], [nullValue(), nullValue()], [nullValue(), integer(1)], [tlv(5, Buffer.of(0))]]) {
      expect(faultOf(() => parseOcspRequest(withParameters(...parameters))).code).toBe('invalid_argument');
    }
  });

  it('may say who asks, and be signed', () => {
    const requestor = explicit(1, encodeGeneralName({ type: 'dns', value: 'client.test' }));
    const signed = sequence(sequence(explicit(0, integer(0)), requestor, sequence(sequence(certId.der))), explicit(0, sequence(sequence(oid('1.2.3')), tlv(3, Buffer.of(0, 1)))));
    expect(parseOcspRequest(signed)).toEqual({ certIds: [certId], nonce: null });
  });

  it('is refused in words when it is out of bounds', () => {
    const withExtension = (extension: Buffer) => sequence(sequence(sequence(sequence(certId.der)), explicit(2, sequence(extension))));
    const message = (bytes: Buffer) => faultOf(() => parseOcspRequest(bytes)).message;
    const nonceOid = '1.3.6.1.5.5.7.48.1.2';
    expect(message(withExtension(encodeExtension(nonceOid, false, octetString(Buffer.alloc(0)))))).toContain('0 octets');
    expect(message(withExtension(encodeExtension(nonceOid, false, octetString(Buffer.alloc(129)))))).toContain('129 octets');
    expect(message(withExtension(encodeExtension('1.2.3.4', true, sequence())))).toContain('1.2.3.4');
    expect(parseOcspRequest(withExtension(encodeExtension('1.2.3.4', false, sequence()))).certIds).toHaveLength(1);
    expect(message(sequence(sequence(sequence(sequence(certId.der, explicit(0, sequence(encodeExtension('1.2.3.5', true, sequence()))))))))).toContain('1.2.3.5');
    expect(message(sequence(sequence(sequence())))).toContain('no certificate');
    expect(message(sequence(sequence(sequence(...Array.from({ length: 101 }, () => sequence(certId.der))))))).toContain('more than 100');
    expect(message(sequence(sequence(explicit(0, integer(1)), sequence(sequence(certId.der)))))).toMatch(/version|outside/);
    expect(message(Buffer.alloc(40_000))).toContain('40000 bytes');
    expect(refusedField(() => encodeOcspRequest({ certIds: [] }))).toBe('certIds');
    expect(refusedField(() => encodeOcspRequest({ certIds: [certId], nonce: Buffer.alloc(0) }))).toBe('nonce');
  });
});

describe('an OCSP response', () => {
  it('is read as it was written', () => {
    const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
    const status = fc.oneof(fc.constantFrom({ status: 'good' as const }, { status: 'unknown' as const }), fc.record({ status: fc.constant('revoked' as const), revokedAt: second, reason: fc.option(fc.constantFrom('keyCompromise', 'aACompromise')) }));
    const single = fc.tuple(status, second, fc.option(second)).map(([said, thisUpdate, nextUpdate]): OcspSingleResponseInput => ({ ...said, certId, thisUpdate, nextUpdate }));
    fc.assert(
      fc.property(fc.array(single, { maxLength: 4 }), second, fc.option(fc.uint8Array({ minLength: 1, maxLength: 128 })), fc.boolean(), fc.boolean(), (responses, producedAt, nonce, extendedRevoke, isByName) => {
        const responder = isByName ? { byName: certificate.subjectDer } : { byKey: ocspIssuerHashes(certificate, 'sha1').key };
        const basic = basicOf(anOcspResponse(issuer, { responder, responses, producedAt, nonce, extendedRevoke }));
        expect(basic.responses).toEqual(responses.map((response) => ({ ...response, unknownCritical: [] })));
        expect([basic.producedAt, basic.nonce, basic.hasExtendedRevoke, basic.responder]).toEqual([producedAt, nonce === null ? null : Buffer.from(nonce), extendedRevoke, responder]);
      }),
      { numRuns: 60 },
    );
  });

  it('may be a refusal, which nobody signs', () => {
    for (const status of ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const) {
      expect(parseOcspResponse(ocspErrorResponse(status))).toEqual({ status });
      expect(verdictOf(ocspErrorResponse(status))).toMatchObject({ status: 'refused', kind: status, detail: expect.stringContaining(status) });
    }
  });

  it('of another form is refused in words', () => {
    const message = (bytes: Buffer) => faultOf(() => parseOcspResponse(bytes)).message;
    expect(message(sequence(enumerated(4)))).toContain('status 4');
    expect(message(sequence(enumerated(0)))).toContain('says nothing');
    expect(message(sequence(enumerated(0), explicit(0, sequence(oid('1.2.3'), octetString(Buffer.of())))))).toContain('type 1.2.3');
    expect(message(Buffer.alloc(300_000))).toContain('300000 bytes');
    expect(message(delegated(aResponder(), { certificates: Array.from({ length: 17 }, () => certificate.der) }))).toContain('more than 16');
    expect(faultOf(() => anOcspResponse(issuer, { responses: [good], responder: { byKey: Buffer.of(1) } })).fields?.[0]?.path).toBe('responder.byKey');
    expect(basicOf(delegated(aResponder(), { certificates: [sequence(implicit(0, Buffer.of(1)))] })).certificates).toEqual([]);
  });
});

describe('verifyOcspResponse', () => {
  it('takes what the issuer itself says, by key or by name', () => {
    expect(verdictOf(anOcspResponse(issuer, { responses: [good] }))).toEqual({ status: 'good', thisUpdate: hours(-1), nextUpdate: hours(3), signer: { by: 'issuer' }, hasNonce: false });
    expect(kindOf(anOcspResponse(issuer, { responder: { byName: certificate.subjectDer }, responses: [{ ...good, status: 'unknown' }] }))).toBe('unknown');
    expect(verdictOf(anOcspResponse(issuer, { extendedRevoke: true, responses: [{ ...good, ...neverIssued }] }))).toMatchObject({ status: 'revoked', revokedAt: new Date(0), reason: 'certificateHold' });
    const asSha256 = { ...good, certId: ocspCertId(certificate, 4711n, 'sha256') };
    expect(kindOf(anOcspResponse(issuer, { responses: [asSha256] }))).toBe('good');
  });

  it('takes what a delegate says, and notes whether its own revocation is to be looked for', () => {
    const plain = aResponder();
    expect(verdictOf(delegated(plain))).toMatchObject({ status: 'good', signer: { by: 'delegate', hasNoCheck: false } });
    const noCheck = aResponder({ extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'], keyUsage: ['digitalSignature'], custom: [{ oid: '1.3.6.1.5.5.7.48.1.5', isCritical: false, value: Buffer.of(5, 0) }] } });
    expect(verdictOf(delegated(noCheck, { responder: { byName: noCheck.certificate.subjectDer } }))).toMatchObject({ status: 'good', signer: { by: 'delegate', hasNoCheck: true } });
    const namesake = aResponder({ subject: certificate.subject });
    expect(kindOf(delegated(namesake, { responder: { byName: certificate.subjectDer } }))).toBe('good');
  });

  it.each<[string, CertificateOptions]>([
    ['without the purpose', { extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] } }],
    ['without any purpose', { extensions: {} }],
    ['whose key is for other use', { extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'], keyUsage: ['keyEncipherment'] } }],
    ['that has expired', { notAfter: hours(-1) }],
    ['that is not valid yet', { notBefore: hours(1) }],
    ['with a critical extension that nobody knows', { extensions: { extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'], custom: [{ oid: '1.2.3.4', isCritical: true, value: Buffer.of(5, 0) }] } }],
    ['of another CA', { issuer: anAuthority('Other') }],
    ['of a CA with the same name', { issuer: anAuthority('Issuing') }],
    ['that is an authority below', { issuer: anAuthority('Below', { issuer }) }],
  ])('refuses a delegate %s', (_words, options) => {
    expect(kindOf(delegated(aResponder(options)))).toBe('responder');
  });

  it('refuses signatures of strangers, and of nobody', () => {
    const stranger = anAuthority('Issuing');
    const byKey = ocspIssuerHashes(certificate, 'sha1').key;
    expect(kindOf(anOcspResponse(stranger, { responses: [good] }))).toBe('responder');
    expect(kindOf(anOcspResponse(stranger, { responses: [good], responder: { byKey } }))).toBe('signature');
    expect(kindOf(anOcspResponse(stranger, { responses: [good], responder: { byName: certificate.subjectDer } }))).toBe('signature');
    const responder = aResponder();
    expect(kindOf(anOcspResponse({ key: aKey(), certificate: responder.certificate }, { responses: [good], certificates: [responder.certificate.der] }))).toBe('signature');
    expect(kindOf(delegated(responder, { certificates: [] }))).toBe('responder');
  });

  it('asks for an answer that is in force', () => {
    const at = (thisUpdate: Date, nextUpdate: Date | null, producedAt = thisUpdate) => kindOf(anOcspResponse(issuer, { producedAt, responses: [{ ...good, thisUpdate, nextUpdate }] }));
    expect(at(hours(-48), hours(-1))).toBe('stale');
    expect(at(hours(-48), new Date(now.getTime() - 60_000))).toBe('good');
    expect(at(hours(1), hours(2))).toBe('future');
    expect(at(hours(-1), hours(2), hours(1))).toBe('future');
    expect(at(hours(-23), null)).toBe('good');
    expect(at(hours(-25), null)).toBe('stale');
  });

  it('takes no answer to another question', () => {
    const nonce = randomBytes(32);
    const other = { ...good, certId: ocspCertId(certificate, 4712n) };
    expect(kindOf(anOcspResponse(issuer, { responses: [other] }))).toBe('other_certificate');
    expect(kindOf(anOcspResponse(issuer, { responses: [{ ...good, certId: ocspCertId(anAuthority('Other').certificate, 4711n) }] }))).toBe('other_certificate');
    expect(kindOf(anOcspResponse(issuer, { responses: [other, { ...good, status: 'unknown' }] }))).toBe('unknown');
    expect(kindOf(anOcspResponse(issuer, { responses: [good], nonce: randomBytes(32) }), { nonce })).toBe('nonce');
    expect(verdictOf(anOcspResponse(issuer, { responses: [good], nonce }), { nonce })).toMatchObject({ status: 'good', hasNonce: true });
    expect(verdictOf(anOcspResponse(issuer, { responses: [good] }), { nonce })).toMatchObject({ status: 'good', hasNonce: false });
  });
});
