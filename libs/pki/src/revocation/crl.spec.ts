import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boolean, enumerated, explicit, integer, octetString, oid, sequence, sequenceOf, time, tlv } from '../der/der-writer.js';
import { encodePem } from '../der/pem.js';
import { encodeExtension } from '../extension/extension-encoder.js';
import { signatureAlgorithmFor } from '../certificate/signature-algorithm.js';
import { aCertificate, aKey, anAuthority, faultOf, refusedField } from '../test/builders.js';
import { encodeCrlEntries, type CrlEntryInput } from './crl-entries-encoder.js';
import { crlReasonCodes, isCrlReason } from './crl-reasons.js';
import { assembleCrl } from './encode-crl.js';
import { parseCrl, parseCrlSteps } from './parse-crl.js';
import { aCrl, hours, now } from './test/builders.js';
import { answersForAllReasons, crlScopeFault, deltaFault, revokedEntry, verifyCrl, verifyCrlAside } from './verify-crl.js';

const issuer = anAuthority('Issuing');
const { certificate: issuerCertificate } = issuer;
const verify = (der: Buffer) => verifyCrl(parseCrl(der), issuerCertificate, { at: now });

const reasons = Object.keys(crlReasonCodes).filter(isCrlReason);
const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
const anyEntry = fc.record({
  serial: fc.bigInt({ min: 0n, max: (1n << 159n) - 1n }),
  revokedAt: second,
  reason: fc.option(fc.constantFrom(...reasons)),
  invalidityDate: fc.option(second),
});

/** A list with entries and extensions as bytes, for what the encoder does not write. */
function rawCrl({ entries = [], extensions = [] }: { entries?: readonly Buffer[]; extensions?: readonly Buffer[] }): Buffer {
  const algorithm = signatureAlgorithmFor(issuer.key.type);
  const tbs = sequence(integer(1), algorithm.der, issuerCertificate.subjectDer, time(hours(-1)), time(hours(1)), ...(entries.length ? [sequenceOf(entries)] : []), explicit(0, sequenceOf(extensions)));
  return assembleCrl(tbs, algorithm, Buffer.of(1));
}

const rawEntry = (...extensions: readonly Buffer[]): Buffer => sequence(integer(5), time(now), sequenceOf(extensions));

describe('a CRL', () => {
  it('is read as it was written, whatever the entries', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyEntry, { selector: ({ serial }) => serial, maxLength: 40 }), fc.bigInt({ min: 0n, max: 1n << 64n }), (entries, number) => {
        const crl = parseCrl(aCrl(issuer, { entries, number }));
        const expected = entries.map(({ reason, ...rest }) => ({ ...rest, reason: reason === 'unspecified' ? null : reason }));
        expect([...crl.entries]).toEqual(expected);
        expect([crl.number, crl.baseNumber, crl.entries.count]).toEqual([number, null, entries.length]);
        for (const entry of expected) expect(crl.entries.find(entry.serial)).toEqual(entry);
        for (const { serial } of entries) expect(crl.entries.find(serial ^ (1n << 160n))).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it('says when it was made, by whom and for whom', () => {
    const crl = parseCrl(aCrl(issuer, { issuingDistributionPoint: { urls: ['http://crl.test/a.crl'], only: 'user' }, freshestCrlUrls: ['http://crl.test/d.crl', 'http://other.test/d.crl'] }));
    expect([crl.thisUpdate, crl.nextUpdate, crl.issuer]).toEqual([hours(-1), hours(23), issuerCertificate.subject]);
    expect(crl.authorityKeyId).toEqual(issuerCertificate.subjectKeyId);
    expect(crl.scope).toEqual({ urls: ['http://crl.test/a.crl'], hasOtherNames: false, only: 'user', hasSomeReasonsOnly: false, isIndirect: false });
    expect(crl.freshestCrlUrls).toEqual(['http://crl.test/d.crl', 'http://other.test/d.crl']);
  });

  it('is read from PEM too', () => {
    const der = aCrl(issuer);
    expect(parseCrl(encodePem('X509 CRL', der)).tbs.equals(parseCrl(der).tbs)).toBe(true);
  });

  it('is made of pieces of any size', () => {
    const entries: CrlEntryInput[] = Array.from({ length: 3_000 }, (_, index) => ({ serial: BigInt(index + 1), revokedAt: now, reason: 'superseded' }));
    const pieces = [entries.slice(0, 1), entries.slice(1, 1_700), [], entries.slice(1_700)].map((piece) => encodeCrlEntries(piece));
    expect(Buffer.concat(pieces).equals(encodeCrlEntries(entries))).toBe(true);
    const crl = parseCrl(aCrl(issuer, { entries }));
    expect(crl.entries.find(3_000n)?.reason).toBe('superseded');
    expect(crl.entries.find(3_001n)).toBeNull();
  });

  it('is read and indexed in steps, with the same result', () => {
    const entries: CrlEntryInput[] = Array.from({ length: 40_000 }, (_, index) => ({ serial: BigInt(index + 1), revokedAt: now }));
    const steps = parseCrlSteps(aCrl(issuer, { entries }));
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses += 1;
    const { entries: read } = step.value;
    expect(pauses).toBe(2);
    expect([...read.prepare()]).toHaveLength(2);
    expect([...read.prepare()]).toHaveLength(0);
    expect([read.count, read.indexBytes, read.find(40_000n)?.serial, read.find(40_001n)]).toEqual([40_000, 4 * 131_072, 40_000n, null]);
    expect([...parseCrl(aCrl(issuer)).entries.prepare()]).toEqual([]);
  });

  it('with many serial numbers that fall on one place still finds them', () => {
    // Equal ones fall on one place for certain: the table gives up.
    const entries: CrlEntryInput[] = Array.from({ length: 70 }, () => ({ serial: 7n, revokedAt: now }));
    const crl = parseCrl(aCrl(issuer, { entries: [...entries, { serial: 9n, revokedAt: now }] }));
    expect([crl.entries.find(7n)?.serial, crl.entries.find(9n)?.serial, crl.entries.find(8n)]).toEqual([7n, 9n, null]);
  });

  it('is refused before it is signed when it would say nonsense', () => {
    expect(refusedField(() => aCrl(issuer, { nextUpdate: hours(-2) }))).toBe('nextUpdate');
    expect(refusedField(() => aCrl(issuer, { baseNumber: 10n }))).toBe('baseNumber');
    expect(refusedField(() => aCrl(issuer, { number: -1n }))).toBe('number');
    expect(refusedField(() => aCrl(issuer, { number: 1n << 160n }))).toBe('number');
    expect(refusedField(() => aCrl(issuer, { baseNumber: 9n, freshestCrlUrls: ['http://a.test'] }))).toBe('freshestCrlUrls');
    expect(refusedField(() => aCrl(issuer, { issuingDistributionPoint: {} }))).toBe('issuingDistributionPoint');
    expect(refusedField(() => encodeCrlEntries([{ serial: -1n, revokedAt: now }]))).toBe('serial');
    expect(refusedField(() => encodeCrlEntries([{ serial: 1n << 600n, revokedAt: now }]))).toBe('serial');
  });

  it('of another form is refused in words', () => {
    expect(faultOf(() => parseCrl(Buffer.from('<html>404</html>'))).message).toContain('not a CRL in DER');
    expect(faultOf(() => parseCrl('no PEM')).code).toBe('invalid_argument');
    expect(faultOf(() => parseCrl(Buffer.concat([aCrl(issuer), Buffer.of(0)]))).message).toContain('1 bytes more');
    const number = encodeExtension('2.5.29.20', false, integer(1));
    expect(faultOf(() => parseCrl(rawCrl({ extensions: [number, number] }))).message).toContain('stands twice');
    const both = tlv(0x81, Buffer.of(0xff));
    expect(faultOf(() => parseCrl(rawCrl({ extensions: [encodeExtension('2.5.29.28', true, sequence(both, tlv(0x82, Buffer.of(0xff))))] }))).message).toContain('two kinds');
    expect(faultOf(() => parseCrl(rawCrl({ entries: [sequence(tlv(2, Buffer.of(0, 1)), time(now))] }))).message).toContain('shortest form');
    expect(faultOf(() => parseCrl(rawCrl({ entries: [sequence(tlv(2, Buffer.alloc(65, 1)), time(now))] }))).message).toContain('65 octets');
    expect(faultOf(() => parseCrl(rawCrl({ entries: [sequence(integer(1), integer(1))] }))).message).toContain('no time');
    expect(faultOf(() => parseCrl(issuerCertificate.der)).code).toBe('invalid_argument');
  });
});

describe('verifyCrl', () => {
  it('holds for what the issuer signed', () => {
    for (const type of ['RSA2048', 'ECCSECP384R1', 'ED25519'] as const) {
      const other = anAuthority('Other', { key: aKey(type) });
      expect(verifyCrl(parseCrl(aCrl(other)), other.certificate, { at: now })).toBeNull();
    }
  });

  it('says the same when the signature is checked aside', async () => {
    const aside = (list: Buffer, of = issuerCertificate) => verifyCrlAside(parseCrl(list), of, { at: now });
    for (const type of ['RSA2048', 'ECCSECP384R1', 'ED25519'] as const) {
      const other = anAuthority('Other', { key: aKey(type) });
      expect(await aside(aCrl(other), other.certificate)).toBeNull();
    }
    for (const list of [aCrl(issuer, { signer: aKey() }), aCrl(anAuthority('Issuing')), aCrl(issuer, { thisUpdate: hours(-48), nextUpdate: hours(-1) })]) expect(await aside(list)).toEqual(verify(list));
  });

  it('knows a forged signature, another key and another issuer', () => {
    expect(verify(aCrl(issuer, { signer: aKey() }))?.kind).toBe('signature');
    expect(verify(aCrl(anAuthority('Issuing')))).toMatchObject({ kind: 'issuer', detail: expect.stringContaining('another key') });
    expect(verify(aCrl(anAuthority('Other')))).toMatchObject({ kind: 'issuer', detail: expect.stringContaining('Other') });
    const key = aKey();
    const mute = { key, certificate: aCertificate({ key, extensions: { basicConstraints: { isCa: true }, keyUsage: ['keyCertSign'] } }) };
    expect(verifyCrl(parseCrl(aCrl(mute)), mute.certificate, { at: now })?.detail).toContain('may not sign CRLs');
  });

  it('asks for a list that is in force', () => {
    expect(verify(aCrl(issuer, { thisUpdate: hours(-48), nextUpdate: hours(-1) }))).toMatchObject({ kind: 'stale' });
    expect(verify(aCrl(issuer, { thisUpdate: hours(-48), nextUpdate: new Date(now.getTime() - 60_000) }))).toBeNull();
    expect(verify(aCrl(issuer, { thisUpdate: hours(1), nextUpdate: hours(2) }))).toMatchObject({ kind: 'future' });
    const algorithm = signatureAlgorithmFor(issuer.key.type);
    const endless = assembleCrl(sequence(integer(1), algorithm.der, issuerCertificate.subjectDer, time(hours(-1))), algorithm, Buffer.of(1));
    expect(verify(endless)?.detail).toContain('when the next one is due');
  });

  it('refuses lists of several issuers, and critical extensions that it does not know', () => {
    expect(verify(rawCrl({ extensions: [encodeExtension('2.5.29.28', true, sequence(tlv(0x84, Buffer.of(0xff))))] }))?.detail).toContain('indirect');
    expect(verify(rawCrl({ entries: [rawEntry(encodeExtension('2.5.29.29', true, sequence()))] }))?.detail).toContain('indirect');
    expect(verify(rawCrl({ extensions: [encodeExtension('1.2.3.4', true, sequence())] }))?.detail).toContain('1.2.3.4');
    expect(verify(rawCrl({ extensions: [encodeExtension('1.2.3.4', false, sequence())] }))?.kind).toBe('signature');
    expect(verify(rawCrl({ entries: [rawEntry(encodeExtension('1.2.3.5', true, sequence()))] }))?.detail).toContain('1.2.3.5');
    expect(verify(rawCrl({ entries: [rawEntry(sequence(oid('2.5.29.21'), boolean(true), octetString(enumerated(1))))] }))?.kind).toBe('signature');
  });
});

describe('the scope of a CRL', () => {
  const point = 'http://crl.test/a.crl';
  const leaf = aCertificate({ issuer, extensions: { crlDistributionPoints: [point] } });
  const scopeOf = (options: Parameters<typeof aCrl>[1], certificate = leaf) => crlScopeFault(parseCrl(aCrl(issuer, options)), certificate)?.kind ?? null;

  it('is all certificates of the issuer, or those of a distribution point', () => {
    expect(scopeOf({})).toBeNull();
    expect(scopeOf({ issuingDistributionPoint: { urls: ['http://mirror.test/', point] } })).toBeNull();
    expect(scopeOf({ issuingDistributionPoint: { urls: ['http://mirror.test/'] } })).toBe('scope');
    expect(scopeOf({ issuingDistributionPoint: { urls: [point] } }, aCertificate({ issuer }))).toBe('scope');
  });

  it('may be one kind of certificates', () => {
    expect(scopeOf({ issuingDistributionPoint: { only: 'user' } })).toBeNull();
    expect(scopeOf({ issuingDistributionPoint: { only: 'ca' } })).toBe('scope');
    expect(scopeOf({ issuingDistributionPoint: { only: 'attribute' } })).toBe('scope');
    expect(scopeOf({ issuingDistributionPoint: { only: 'user' } }, anAuthority('Below', { issuer }).certificate)).toBe('scope');
  });

  it('may be some reasons only: then silence proves nothing', () => {
    const some = parseCrl(rawCrl({ extensions: [encodeExtension('2.5.29.28', true, sequence(tlv(0x83, Buffer.of(6, 0x40))))] }));
    expect([crlScopeFault(some, leaf), answersForAllReasons(some), answersForAllReasons(parseCrl(aCrl(issuer)))]).toEqual([null, false, true]);
  });

  it('named by something other than an address is not ours', () => {
    const relative = parseCrl(rawCrl({ extensions: [encodeExtension('2.5.29.28', true, sequence(explicit(0, explicit(1))))] }));
    expect(crlScopeFault(relative, leaf)?.detail).toContain('not read here');
  });
});

describe('a delta', () => {
  const hold: CrlEntryInput = { serial: 1n, revokedAt: now, reason: 'certificateHold' };
  const full = parseCrl(aCrl(issuer, { number: 10n, entries: [hold, { serial: 2n, revokedAt: now, reason: 'keyCompromise' }] }));
  const delta = (options: Parameters<typeof aCrl>[1] = {}) => parseCrl(aCrl(issuer, { number: 12n, baseNumber: 10n, ...options }));

  it('adds to its full list, and takes away what was on hold', () => {
    const change = delta({ entries: [{ serial: 1n, revokedAt: now, reason: 'removeFromCRL' }, { serial: 3n, revokedAt: now, reason: 'superseded' }] });
    expect(deltaFault(full, change)).toBeNull();
    expect([1n, 2n, 3n, 4n].map((serial) => revokedEntry(serial, full, change)?.reason ?? null)).toEqual([null, 'keyCompromise', 'superseded', null]);
    expect([1n, 2n, 3n].map((serial) => revokedEntry(serial, full)?.reason ?? null)).toEqual(['certificateHold', 'keyCompromise', null]);
  });

  it('belongs to full lists from its base on', () => {
    expect(deltaFault(full, delta({ baseNumber: 11n }))?.detail).toContain('adds to CRL 11 and later, the full one at hand is 10');
    expect(deltaFault(full, delta({ baseNumber: 5n }))).toBeNull();
    expect(deltaFault(full, delta({ number: 9n, baseNumber: 8n }))?.detail).toContain('older');
    expect(deltaFault(full, full)?.detail).toContain('no delta CRL indicator');
    expect(deltaFault(delta(), delta())?.detail).toContain('is a delta');
    expect(deltaFault(full, delta({ issuingDistributionPoint: { only: 'user' } }))?.detail).toContain('other certificates');
  });
});
