import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openssl } from '../containers/test/peer.js';
import { bitString, boolean, explicit, integer, nullValue, octetString, oid, sequence, sequenceOf, time } from '../der/der-writer.js';
import { encodePem } from '../der/pem.js';
import { encodeExtension, encodeExtensionList } from '../extension/extension-encoder.js';
import type { Extensions } from '../extension/extensions.js';
import { keyIdentifier } from '../key-type/public-key.js';
import { encodeName } from '../name/name-codec.js';
import { subjectFrom } from '../name/name.js';
import { aCertificate, aKey, anAuthority, faultOf, refusedField } from '../test/builders.js';
import { certificateTemplate } from './certificate-template.js';
import { assembleCertificate, encodeTbsCertificate } from './encode-certificate.js';
import { certificatePem, parseCertificate } from './parse-certificate.js';
import { pooledRandomBytes, randomSerial, serialHex } from './serial.js';
import { parseSignatureAlgorithm, signatureAlgorithmFor } from './signature-algorithm.js';
import { verifySignature, verifySignedBy } from './verify-signature.js';

const nameDer = encodeName(subjectFrom({ commonName: 'x' }));
const algorithm = signatureAlgorithmFor('ECCPRIME256V1');
const { spki } = aKey();

/** A certificate with a signature of nonsense and the given extensions list, or the given raw parts. */
const unsigned = (parts: { extensions?: Buffer; serial?: Buffer; version?: Buffer; inner?: Buffer; outer?: Buffer; key?: Buffer; tail?: Buffer[] }): Buffer =>
  sequence(
    sequence(
      ...(parts.version ? [parts.version] : [explicit(0, integer(2))]),
      parts.serial ?? integer(5),
      parts.inner ?? algorithm.der,
      nameDer,
      sequence(time(new Date('2026-01-01')), time(new Date('2027-01-01'))),
      nameDer,
      parts.key ?? spki,
      ...(parts.extensions ? [explicit(3, parts.extensions)] : []),
      ...(parts.tail ?? []),
    ),
    parts.outer ?? algorithm.der,
    bitString(Buffer.of(1, 2, 3)),
  );

describe('parseCertificate', () => {
  const root = anAuthority('Corp Root', { notAfter: new Date('2060-01-01T00:00:00Z'), extensions: { basicConstraints: { isCa: true, pathLength: 3 } } });
  const leaf = aCertificate({
    issuer: root,
    subject: subjectFrom({ commonName: ' shop.corp.test ', organization: 'Corp', email: 'a@corp.test' }),
    extensions: { subjectAltNames: [{ type: 'dns', value: 'shop.corp.test' }, { type: 'ip', value: '192.0.2.1' }], keyUsage: ['digitalSignature'] },
  });

  it('says what node says', () => {
    const other = new X509Certificate(leaf.der);
    expect(leaf.serialHex).toBe(other.serialNumber.replace(/^0+/, ''));
    expect(leaf.fingerprintSha256).toBe(other.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(leaf.notBefore).toEqual(new Date(other.validFrom));
    expect(leaf.notAfter).toEqual(new Date(other.validTo));
    expect(other.subjectAltName).toBe('DNS:shop.corp.test, IP Address:192.0.2.1');
    expect(leaf.isCa).toBe(other.ca);
    expect(certificatePem(leaf)).toBe(other.toString().trim());
  });

  it('gives the facts of a leaf', () => {
    expect(leaf).toMatchObject({ version: 3, cn: 'shop.corp.test', keyType: 'ECCPRIME256V1', bits: 256, isCa: false, pathLength: null, isSelfSigned: false, undecodableExtensions: [] });
    expect(leaf.signatureAlgorithm).toMatchObject({ name: 'ecdsa-with-SHA256', hash: 'sha256' });
    expect(leaf.authorityKeyId).toEqual(root.certificate.subjectKeyId);
    expect(leaf.issuerDer).toEqual(root.certificate.subjectDer);
    expect(leaf.serialHex).toBe(serialHex(leaf.serial));
  });

  it('gives the facts of a root', () => {
    expect(root.certificate).toMatchObject({ isCa: true, pathLength: 3, isSelfSigned: true });
    expect(root.certificate.notAfter).toEqual(new Date('2060-01-01T00:00:00Z'));
  });

  it('reads PEM as well as DER, one block only', () => {
    const pem = certificatePem(leaf.der);
    expect(parseCertificate(`junk\r\n${pem.replaceAll('\n', '\r\n')}\r\n`).serial).toBe(leaf.serial);
    expect(faultOf(() => parseCertificate(`${pem}\n${pem}`)).message).toContain('2 PEM blocks');
    expect(faultOf(() => parseCertificate(encodePem('PRIVATE KEY', leaf.der))).code).toBe('invalid_argument');
    expect(faultOf(() => parseCertificate('hello')).code).toBe('invalid_argument');
  });

  it('takes versions 1 and 2, unique identifiers and negative serials', () => {
    expect(parseCertificate(unsigned({ version: Buffer.alloc(0) })).version).toBe(1);
    expect(parseCertificate(unsigned({ version: explicit(0, integer(1)) })).version).toBe(2);
    expect(parseCertificate(unsigned({ serial: integer(-5) })).serialHex).toBe('-5');
    expect(faultOf(() => parseCertificate(unsigned({ version: explicit(0, integer(3)) }))).code).toBe('invalid_argument');
  });

  it('does not take equal names for a self-signature', () => {
    expect(parseCertificate(unsigned({})).isSelfSigned).toBe(false);
    const unknown = sequence(oid('1.2.3'));
    expect(parseCertificate(unsigned({ inner: unknown, outer: unknown })).isSelfSigned).toBe(true);
  });

  it('refuses two signature algorithms and bytes behind the end', () => {
    expect(faultOf(() => parseCertificate(unsigned({ outer: signatureAlgorithmFor('RSA2048').der }))).message).toContain('two different');
    expect(faultOf(() => parseCertificate(unsigned({ tail: [nullValue()] }))).code).toBe('invalid_argument');
    expect(faultOf(() => parseCertificate(Buffer.concat([unsigned({}), Buffer.of(0)]))).code).toBe('invalid_argument');
    expect(faultOf(() => parseCertificate(sequence(integer(1)))).message).toContain('not a certificate');
  });

  it('leaves out the extensions that it cannot decode and keeps the others', () => {
    const broken = encodeExtension('2.5.29.17', false, Buffer.from('3003820561', 'hex'));
    const [usage = Buffer.alloc(0)] = encodeExtensionList({ keyUsage: ['crlSign'] }, { hasSubject: true });
    const facts = parseCertificate(unsigned({ extensions: sequenceOf([broken, usage, encodeExtension('1.2.3', true, nullValue())]) }));
    expect(facts.extensions).toEqual({ keyUsage: ['crlSign'], custom: [{ oid: '1.2.3', isCritical: true, value: nullValue() }] });
    expect(facts.undecodableExtensions).toEqual(['2.5.29.17']);
    expect(facts.sans).toEqual([]);
  });

  it('keeps the first of two equal extensions and survives a broken frame', () => {
    const [first = Buffer.alloc(0)] = encodeExtensionList({ keyUsage: ['crlSign'] }, { hasSubject: true });
    const [second = Buffer.alloc(0)] = encodeExtensionList({ keyUsage: ['keyCertSign'] }, { hasSubject: true });
    expect(parseCertificate(unsigned({ extensions: sequence(first, second, nullValue()) }))).toMatchObject({ extensions: { keyUsage: ['crlSign'] }, undecodableExtensions: ['2.5.29.15', 'structure'] });
    const many = sequenceOf(Array.from({ length: 101 }, (_, index) => encodeExtension(`1.2.${index}`, false, nullValue())));
    expect(parseCertificate(unsigned({ extensions: many })).undecodableExtensions).toEqual(['more']);
  });

  it('takes strange names for what they are', () => {
    const names = sequence(Buffer.from('8702aabb', 'hex'), Buffer.from('a303020105', 'hex'), Buffer.from('870810000000ff00ff00', 'hex'), Buffer.from('a00506032a0304', 'hex'), Buffer.from('82026162', 'hex'));
    const facts = parseCertificate(unsigned({ extensions: sequence(encodeExtension('2.5.29.17', false, names)) }));
    expect(facts.sans.map(({ type }) => type)).toEqual(['opaque', 'opaque', 'opaque', 'opaque', 'dns']);
    expect(encodeExtensionList({ subjectAltNames: facts.sans }, { hasSubject: true })[0]).toEqual(encodeExtension('2.5.29.17', false, names));
  });

  it('reads what others write into the rarer extensions', () => {
    const extensions = sequence(
      sequence(oid('2.5.29.19'), boolean(false), octetString(sequence())),
      encodeExtension('2.5.29.31', false, sequence(sequence(explicit(0, explicit(1, nullValue()))), sequence(Buffer.from('81020640', 'hex')))),
      encodeExtension('2.5.29.32', false, sequence(sequence(oid('1.2.3'), sequence(sequence(oid('1.3.6.1.5.5.7.2.2'), sequence()))))),
      encodeExtension('2.5.29.35', false, sequence()),
      encodeExtension('1.3.6.1.5.5.7.1.1', false, sequence(sequence(oid('1.2.3'), Buffer.from('860161', 'hex')))),
    );
    expect(parseCertificate(unsigned({ extensions }))).toMatchObject({
      extensions: { basicConstraints: { isCa: false }, crlDistributionPoints: [], certificatePolicies: [{ oid: '1.2.3' }], authorityKeyId: {}, authorityInfoAccess: { ocsp: [], caIssuers: [] } },
      undecodableExtensions: [],
      authorityKeyId: null,
    });
  });
});

describe('encodeTbsCertificate', () => {
  it.each([0n, -1n, 1n << 159n])('refuses the serial %s', (serial) => expect(refusedField(() => aCertificate({ serial }))).toBe('serial'));

  it('takes serials of 20 octets', () => expect(aCertificate({ serial: (1n << 159n) - 1n }).serial).toBe((1n << 159n) - 1n));

  it('makes the SAN critical exactly when there is no subject', () => {
    const names = { subjectAltNames: [{ type: 'dns' as const, value: 'a.test' }] };
    const text = (subject: ReturnType<typeof subjectFrom>) => openssl(['x509', '-noout', '-text', '-in', '@c'], { c: certificatePem(aCertificate({ subject, extensions: names })) });
    expect(text([])).toContain('Subject Alternative Name: critical');
    expect(text(subjectFrom({ commonName: 'a' }))).toMatch(/Subject Alternative Name: \n/);
  });
});

describe('certificateTemplate', () => {
  it('encodes what encodeTbsCertificate encodes, in another order of extensions', () => {
    const fixed: Extensions = { keyUsage: ['digitalSignature'], authorityKeyId: { keyId: Buffer.alloc(20, 3) } };
    const template = certificateTemplate({ issuerDer: nameDer, signatureAlgorithm: algorithm, extensions: fixed });
    fc.assert(
      fc.property(
        fc.record({
          serial: fc.bigInt({ min: 1n, max: (1n << 159n) - 1n }),
          notBefore: fc.date({ min: new Date('1960-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
          notAfter: fc.date({ min: new Date('1960-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
          subject: fc.constantFrom([], subjectFrom({ commonName: 'a' }), subjectFrom({ commonName: 'é'.repeat(60), organization: 'o'.repeat(64), location: 'l'.repeat(128) })),
          sans: fc.array(fc.integer({ min: 0, max: 9_999 }).map((index) => ({ type: 'dns' as const, value: `host${index}.corp.test` })), { maxLength: 30 }),
          extra: fc.boolean(),
        }),
        ({ subject, sans, extra, ...values }) => {
          const subjectDer = encodeName(subject);
          const custom = extra ? [{ oid: '1.2.3', isCritical: true, value: nullValue() }] : [];
          const tbs = template.encode({ ...values, subjectDer, spki, sans, extraExtensions: encodeExtensionList({ custom }, { hasSubject: true }) });
          const plain = encodeTbsCertificate({
            ...values,
            subjectDer,
            spki,
            signatureAlgorithm: algorithm,
            issuerDer: nameDer,
            extensions: { ...fixed, subjectAltNames: sans, subjectKeyId: keyIdentifier(spki), custom },
          });
          const { der: _a, tbs: _b, fingerprintSha256: _c, ...facts } = parseCertificate(assembleCertificate(tbs, algorithm, Buffer.of(1)));
          const { der: _d, tbs: _e, fingerprintSha256: _f, ...expected } = parseCertificate(assembleCertificate(plain, algorithm, Buffer.of(1)));
          expect(facts).toEqual(expected);
          expect(tbs.length).toBe(plain.length);
        },
      ),
    );
  });

  it('refuses what is no public key and no serial', () => {
    const template = certificateTemplate({ issuerDer: nameDer, signatureAlgorithm: algorithm, extensions: {} });
    const values = { serial: 1n, notBefore: new Date(), notAfter: new Date(), subjectDer: nameDer, spki };
    expect(faultOf(() => template.encode({ ...values, spki: nullValue() })).code).toBe('invalid_argument');
    expect(faultOf(() => template.encode({ ...values, serial: 0n })).code).toBe('invalid_argument');
  });
});

describe('signatures', () => {
  const keyTypes = ['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'ECCSECP256K1', 'ECCSECT571K1', 'ED25519'] as const;
  const other = anAuthority('Other');

  it.each(keyTypes.flatMap((type) => (['sha256', 'sha384', 'sha512'] as const).map((hash) => [type, hash] as const)))('of %s with %s hold, and those of others do not', (type, hash) => {
    const authority = anAuthority('Corp Root', { key: aKey(type), hash });
    const leaf = aCertificate({ issuer: authority, hash });
    expect(leaf.signatureAlgorithm.hash).toBe(type === 'ED25519' ? null : hash);
    expect(authority.certificate.isSelfSigned).toBe(true);
    expect(verifySignedBy(leaf, authority.certificate)).toBe('valid');
    expect(verifySignedBy(leaf, anAuthority('Corp Root', { key: aKey(type === 'ED25519' ? 'ED25519' : 'ECCPRIME256V1') }).certificate)).toBe('invalid');
    expect(verifySignedBy(leaf, other.certificate)).toBe('invalid');
    const tampered = Buffer.from(leaf.tbs);
    tampered[tampered.length - 1] = (tampered[tampered.length - 1] ?? 0) ^ 1;
    expect(verifySignature(tampered, leaf.signature, leaf.signatureAlgorithm, authority.key.spki)).toBe('invalid');
  });

  it('of PSS are checked with their own parameters', () => {
    const key = aKey('RSA2048');
    const data = Buffer.from('data');
    const hashOid = (name: string) => sequence(oid(name), nullValue());
    const sha256 = '2.16.840.1.101.3.4.2.1';
    const pss = (mgf: string) => parseSignatureAlgorithm(sequence(oid('1.2.840.113549.1.1.10'), sequence(explicit(0, hashOid(sha256)), explicit(1, sequence(oid('1.2.840.113549.1.1.8'), hashOid(mgf))), explicit(2, integer(32)))));
    const signature = sign('sha256', data, { key: key.privateKey, padding: 6, saltLength: 32 });
    expect(pss(sha256)).toMatchObject({ name: 'rsassaPss', hash: 'sha256', pss: { saltLength: 32, mgfHash: 'sha256' } });
    expect(verifySignature(data, signature, pss(sha256), key.spki)).toBe('valid');
    expect(verifySignature(Buffer.from('else'), signature, pss(sha256), key.spki)).toBe('invalid');
    expect(verifySignature(data, signature, pss('1.3.14.3.2.26'), key.spki)).toBe('unsupported');
    const defaults = parseSignatureAlgorithm(sequence(oid('1.2.840.113549.1.1.10'), sequence()));
    expect(defaults).toMatchObject({ hash: 'sha1', pss: { saltLength: 20, mgfHash: 'sha1' } });
    expect(verifySignature(data, sign('sha1', data, { key: key.privateKey, padding: 6, saltLength: 20 }), defaults, key.spki)).toBe('valid');
  });

  it('of PSS certificates made by OpenSSL are checked', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = openssl(['req', '-x509', '-key', '@key', '-subj', '/CN=pss', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32', '-sha256', '-days', '9'], { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) });
    const certificate = parseCertificate(pem);
    expect(certificate.signatureAlgorithm).toMatchObject({ family: 'rsa-pss', hash: 'sha256' });
    expect(certificate.isSelfSigned).toBe(true);
  });

  it('of unknown algorithms are unsupported, of broken keys invalid', () => {
    const unknown = parseSignatureAlgorithm(sequence(oid('1.2.3'), nullValue()));
    expect(unknown).toMatchObject({ name: '1.2.3', family: 'other', hash: null, digest: null });
    expect(verifySignature(Buffer.of(1), Buffer.of(1), unknown, spki)).toBe('unsupported');
    expect(verifySignature(Buffer.of(1), Buffer.of(1), algorithm, nullValue())).toBe('invalid');
    expect(verifySignature(Buffer.of(1), Buffer.of(1), algorithm, aKey('RSA2048').spki)).toBe('invalid');
    const offCurve = Buffer.from(spki);
    offCurve.subarray(-32).fill(1);
    expect(verifySignature(Buffer.of(1), Buffer.of(1), algorithm, offCurve)).toBe('invalid');
    const noCurve = sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.3.4')), bitString(Buffer.alloc(65, 4)));
    expect(verifySignature(Buffer.of(1), Buffer.of(1), algorithm, noCurve)).toBe('unsupported');
  });

  it('are not asked of key types that cannot make them', () => {
    expect(refusedField(() => signatureAlgorithmFor('DSA'))).toBe('keyType');
    expect(parseSignatureAlgorithm(sequence(oid('1.2.840.113549.1.1.5'), nullValue()))).toMatchObject({ name: 'sha1WithRSAEncryption', hash: 'sha1' });
  });
});

describe('randomSerial', () => {
  it('takes 128 bits as they come', () => expect(randomSerial(() => Buffer.alloc(16, 0xff))).toBe((1n << 128n) - 1n));

  it('is never zero', () => {
    const draws = [Buffer.alloc(16), Buffer.concat([Buffer.alloc(15), Buffer.of(1)])];
    expect(randomSerial(() => draws.shift() ?? Buffer.alloc(16))).toBe(1n);
    expect(() => randomSerial(() => Buffer.alloc(16))).toThrow('nothing but zeros');
  });

  it('draws from a pool that gives no byte twice', () => {
    const source = createHash('shake256', { outputLength: 64 }).update('x').digest();
    let offset = 0;
    const random = pooledRandomBytes((count) => source.subarray(offset, (offset += count)), 32);
    expect(Buffer.concat([random(16), random(10), random(6)])).toEqual(source.subarray(0, 32));
    expect(random(40).length).toBe(32);
    expect(new Set(Array.from({ length: 1_000 }, () => randomSerial(pooledRandomBytes(randomBytes)))).size).toBe(1_000);
  });
});
