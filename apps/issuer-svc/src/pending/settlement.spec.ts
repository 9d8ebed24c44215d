import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { assembleCsr, encodeCsrExtensions, encodeCsrInfo, encodeName, parseCertificate, signatureAlgorithmFor, subjectFrom, type CertificateFacts } from '@sifaka/pki';
import { standInCa } from '@sifaka/plugin-sdk/conformance';
import { chainToAuthority, deliveredChain, keyFault, settlementFault } from './settlement.js';

const ca = standInCa();
const [issuing, root] = [parseCertificate(ca.issuingDer), parseCertificate(ca.rootDer)];

function aCsr(...names: string[]): Buffer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensionsDer = encodeCsrExtensions({ subjectAltNames: names.map((value) => ({ type: 'dns', value })) });
  const subjectDer = encodeName(subjectFrom({ commonName: names[0] ?? null }));
  const info = encodeCsrInfo({ subjectDer, spki: publicKey.export({ format: 'der', type: 'spki' }), extensionsDer });
  return assembleCsr(info, signatureAlgorithmFor('ECCPRIME256V1'), sign('sha256', info, privateKey));
}

describe('a certificate that is delivered', () => {
  const csr = aCsr('shop.corp.test', 'www.corp.test', '*.corp.test');
  let certificate: CertificateFacts;
  beforeAll(() => {
    certificate = parseCertificate(ca.sign(csr));
  });

  it('is for the key of the request', () => {
    expect(keyFault({ csr }, certificate)).toBeNull();
    expect(keyFault({ csr: aCsr('shop.corp.test') }, certificate)).toContain('another key');
  });

  it('is no CA', () => {
    expect(keyFault({ csr }, { ...certificate, isCa: true })).toContain('is a CA');
  });

  it('has every name that was asked for, in whatever case, or a wildcard for it', () => {
    expect(settlementFault({ csr, names: ['SHOP.corp.test', 'www.corp.test', 'other.corp.test', '*.corp.test'] }, certificate)).toBeNull();
    expect(settlementFault({ csr, names: ['shop.corp.test', 'a.b.corp.test', 'corp.test'] }, certificate)).toBe('the certificate lacks "a.b.corp.test", "corp.test"');
    expect(settlementFault({ csr, names: ['*.b.corp.test', '192.0.2.1'] }, certificate)).toBe('the certificate lacks "*.b.corp.test", "192.0.2.1"');
  });
});

describe('its chain', () => {
  const certificate = parseCertificate(ca.sign(aCsr('shop.corp.test')));

  it('is taken in order, put in order, or refused', () => {
    expect(deliveredChain(certificate, [issuing, root])).toEqual({ chain: [issuing, root] });
    expect(deliveredChain(certificate, [root, certificate, issuing])).toEqual({ chain: [issuing, root] });
    expect(deliveredChain(certificate, [])).toEqual({ chain: [] });
    expect(deliveredChain(certificate, [parseCertificate(standInCa().issuingDer)])).toHaveProperty('fault');
  });

  it('leads to the authority when a person brings it', () => {
    expect(chainToAuthority(certificate, [], [issuing, root])).toEqual({ chain: [issuing, root] });
    expect(chainToAuthority(certificate, [issuing], [root])).toEqual({ chain: [issuing, root] });
    const foreign = parseCertificate(standInCa(new Date(), 'Elsewhere').issuingDer);
    expect(chainToAuthority(certificate, [issuing, root], [foreign])).toEqual({
      fault: '"shop.corp.test" was signed by "Stand-in Issuing CA", the certificate of the authority is "Elsewhere Issuing CA"',
    });
  });
});
