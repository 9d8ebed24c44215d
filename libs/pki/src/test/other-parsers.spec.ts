import { randomBytes, sign, X509Certificate as NodeCertificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import { assembleCertificate, encodeTbsCertificate } from '../certificate/encode-certificate.js';
import { parseCertificate } from '../certificate/parse-certificate.js';
import { randomSerial } from '../certificate/serial.js';
import { signatureAlgorithmFor } from '../certificate/signature-algorithm.js';
import { verifySignedBy } from '../certificate/verify-signature.js';
import { describeWith, openssl, run } from '../containers/test/peer.js';
import { encodePem } from '../der/pem.js';
import { assembleCsr, encodeCsrExtensions, encodeCsrInfo, parseCsr } from '../csr/csr.js';
import { keyUsageNames, type Extensions } from '../extension/extensions.js';
import { encodeName } from '../name/name-codec.js';
import type { Name } from '../name/name.js';
import { anyExtensions, anyName, plainGeneralName } from './arbitraries.js';
import { aCertificate, aKey, anAuthority } from './builders.js';

const key = aKey();
const algorithm = signatureAlgorithmFor('ECCPRIME256V1');

function signed(subject: Name, extensions: Extensions): Buffer {
  const nameDer = encodeName(subject);
  const tbs = encodeTbsCertificate({
    serial: randomSerial(randomBytes),
    signatureAlgorithm: algorithm,
    issuerDer: nameDer,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2051-01-01T00:00:00Z'),
    subjectDer: nameDer,
    spki: key.spki,
    extensions,
  });
  return assembleCertificate(tbs, algorithm, sign('sha256', tbs, key.privateKey));
}

describe('what is encoded', () => {
  it('is read back unchanged: every name, every extension', () => {
    fc.assert(
      fc.property(anyName, anyExtensions(), (subject, extensions) => {
        const facts = parseCertificate(signed(subject, extensions));
        expect(facts.subject).toEqual(subject);
        expect(facts.extensions).toEqual(extensions);
        expect(facts.undecodableExtensions).toEqual([]);
        expect(facts.isSelfSigned).toBe(true);
      }),
    );
  });

  it('is read alike by node and by @peculiar/x509', () => {
    fc.assert(
      fc.property(anyName, anyExtensions(plainGeneralName), (subject, extensions) => {
        const der = signed(subject, extensions);
        const ours = parseCertificate(der);
        const node = new NodeCertificate(der);
        expect(node.verify(node.publicKey)).toBe(true);
        expect(BigInt(`0x${node.serialNumber}`)).toBe(ours.serial);
        // Node asks for keyCertSign too, where there is a keyUsage.
        expect(node.ca).toBe(ours.isCa && (extensions.keyUsage?.includes('keyCertSign') ?? true));
        expect(new Date(node.validTo)).toEqual(ours.notAfter);

        const theirs = new peculiar.X509Certificate(new Uint8Array(der));
        expect(theirs.serialNumber.replace(/^0+/, '').toUpperCase()).toBe(ours.serialHex);
        const names = theirs.getExtension(peculiar.SubjectAlternativeNameExtension)?.names.items ?? [];
        expect(names.map(({ type, value }) => ({ type: type === 'url' ? 'uri' : type, value }))).toEqual(extensions.subjectAltNames ?? []);
        const usages = theirs.getExtension(peculiar.KeyUsagesExtension)?.usages ?? 0;
        expect(keyUsageNames.filter((_, bit) => usages & (1 << bit))).toEqual(extensions.keyUsage ?? []);
        expect(theirs.getExtension(peculiar.ExtendedKeyUsageExtension)?.usages).toEqual(extensions.extendedKeyUsage);
        expect(theirs.getExtension(peculiar.BasicConstraintsExtension)?.pathLength).toBe(extensions.basicConstraints?.pathLength);
        expect(theirs.getExtension(peculiar.CertificatePolicyExtension)?.policies).toEqual(extensions.certificatePolicies?.map(({ oid }) => oid));
      }),
      { numRuns: 60 },
    );
  });

  it('is a request that @peculiar/x509 verifies', async () => {
    const extensions: Extensions = { keyUsage: ['digitalSignature'], subjectAltNames: [{ type: 'dns', value: 'a.test' }] };
    const info = encodeCsrInfo({ subjectDer: encodeName([{ oid: '2.5.4.3', value: 'a.test' }]), spki: key.spki, extensionsDer: encodeCsrExtensions(extensions) });
    const csr = new peculiar.Pkcs10CertificateRequest(new Uint8Array(assembleCsr(info, algorithm, sign('sha256', info, key.privateKey))));
    expect(await csr.verify()).toBe(true);
    expect(parseCsr(new Uint8Array(csr.rawData)).extensions).toEqual(extensions);
  });
});

describe('certificates that @peculiar/x509 makes', () => {
  it('are read as they were meant', async () => {
    const alg = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await globalThis.crypto.subtle.generateKey(alg, true, ['sign', 'verify']);
    await fc.assert(
      fc.asyncProperty(anyExtensions(plainGeneralName), async ({ basicConstraints, keyUsage, extendedKeyUsage, subjectAltNames, crlDistributionPoints }) => {
        const extensions: peculiar.Extension[] = [];
        if (basicConstraints) extensions.push(new peculiar.BasicConstraintsExtension(basicConstraints.isCa, basicConstraints.pathLength, true));
        if (keyUsage) extensions.push(new peculiar.KeyUsagesExtension(keyUsage.reduce((bits, name) => bits | (1 << keyUsageNames.indexOf(name)), 0)));
        if (extendedKeyUsage) extensions.push(new peculiar.ExtendedKeyUsageExtension([...extendedKeyUsage]));
        if (subjectAltNames) {
          const names = subjectAltNames.flatMap((name) => ('value' in name && typeof name.value === 'string' ? [{ type: (name.type === 'uri' ? 'url' : name.type) as 'dns', value: name.value }] : []));
          extensions.push(new peculiar.SubjectAlternativeNameExtension(names));
        }
        if (crlDistributionPoints) extensions.push(new peculiar.CRLDistributionPointsExtension([...crlDistributionPoints]));
        const made = await peculiar.X509CertificateGenerator.createSelfSigned({ serialNumber: '0abc', name: 'CN=x, O=y', notBefore: new Date('2026-01-01'), notAfter: new Date('2060-01-01'), keys, signingAlgorithm: alg, extensions });
        const facts = parseCertificate(new Uint8Array(made.rawData));
        expect(facts.isSelfSigned).toBe(true);
        expect(facts.serialHex).toBe('ABC');
        expect(facts.undecodableExtensions).toEqual([]);
        expect(facts.extensions).toEqual({
          ...(basicConstraints && { basicConstraints }),
          ...(keyUsage && { keyUsage }),
          ...(extendedKeyUsage && { extendedKeyUsage }),
          ...(subjectAltNames && { subjectAltNames }),
          ...(crlDistributionPoints && { crlDistributionPoints }),
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('OpenSSL', () => {
  it('parses whatever is encoded', () => {
    fc.assert(
      fc.property(anyName, anyExtensions(), (subject, extensions) => {
        const der = signed(subject, extensions);
        expect(openssl(['x509', '-inform', 'DER', '-noout', '-text', '-in', '@c'], { c: der })).toContain('Version: 3 (0x2)');
        expect(openssl(['asn1parse', '-inform', 'DER', '-in', '@c'], { c: der })).not.toContain('Error');
      }),
      { numRuns: 15 },
    );
  });

  const types = ['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'ED25519'] as const;
  it.each(types)('verifies root, authorities and leaf of %s', (type) => {
    const root = anAuthority(`Root ${type}`, { key: aKey(type), hash: 'sha512', extensions: { basicConstraints: { isCa: true, pathLength: 1 } } });
    const issuing = anAuthority('Issuing', {
      key: aKey(type),
      issuer: root,
      hash: 'sha384',
      extensions: { basicConstraints: { isCa: true, pathLength: 0 }, authorityKeyId: 'issuer_and_serial', nameConstraints: { permitted: [{ type: 'dns', value: 'corp.test' }], excluded: [] } },
    });
    const leaf = aCertificate({ key: aKey(type), issuer: issuing, extensions: { keyUsage: ['digitalSignature'], extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'], subjectAltNames: [{ type: 'dns', value: 'shop.corp.test' }] } });
    const files = { root: pem(root.certificate.der), chain: pem(issuing.certificate.der), leaf: pem(leaf.der) };
    expect(openssl(['verify', '-x509_strict', '-check_ss_sig', '-purpose', 'sslserver', '-verify_hostname', 'shop.corp.test', '-CAfile', '@root', '-untrusted', '@chain', '@leaf'], files)).toContain('OK');
    expect(verifySignedBy(leaf, issuing.certificate)).toBe('valid');
    const outside = aCertificate({ issuer: issuing, extensions: { subjectAltNames: [{ type: 'dns', value: 'shop.evil.test' }] } });
    expect(() => openssl(['verify', '-CAfile', '@root', '-untrusted', '@chain', '@leaf'], { ...files, leaf: pem(outside.der) })).toThrow();
  });
});

describeWith('certtool')('GnuTLS', () => {
  it('verifies the chain and finds nothing odd', () => {
    const root = anAuthority('Root');
    const issuing = anAuthority('Issuing', { issuer: root });
    const leaf = aCertificate({ issuer: issuing, extensions: { keyUsage: ['digitalSignature'], subjectAltNames: [{ type: 'dns', value: 'shop.corp.test' }], crlDistributionPoints: ['http://crl.corp.test'], authorityInfoAccess: { ocsp: ['http://o'], caIssuers: ['http://c'] }, certificatePolicies: [{ oid: '1.2.3.4', cps: ['http://cps'] }] } });
    const files = { chain: [leaf.der, issuing.certificate.der, root.certificate.der].map(pem).join('\n'), root: pem(root.certificate.der), leaf: pem(leaf.der) };
    expect(run('certtool', ['--verify', '--load-ca-certificate', '@root', '--infile', '@chain'], files)).toContain('The certificate is trusted');
    const text = run('certtool', ['--certificate-info', '--infile', '@leaf'], files);
    expect(text).not.toMatch(/error|warning/i);
    expect(text).toContain('DNSname: shop.corp.test');
    expect(text).toContain('URI: http://crl.corp.test');
  });
});

function pem(der: Uint8Array): string {
  return `${encodePem('CERTIFICATE', der)}\n`;
}
