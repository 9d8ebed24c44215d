import { describe, expect, it } from '@jest/globals';
import { encodeName, parseCertificate, subjectFrom, verifyChain, type ExtensionRequest } from '@sifaka/pki';
import type { IssuerAuthority, IssuerCertificateRequest } from '@sifaka/plugin-sdk';
import { testContext, testRequest } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { anAuthority, authorityRequest, start, years } from './an-authority.js';

const newIssuer = () => {
  const context = testContext();
  const issuer = plugin.create({}, context);
  const issue = async (authority: IssuerAuthority, changes: Partial<IssuerCertificateRequest> = {}) => {
    const outcome = await issuer.createCertificate(testRequest(authority, changes));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    return { ...outcome, certificate: parseCertificate(outcome.certificateDer) };
  };
  return { context, issuer, issue, make: (wanted: Parameters<typeof anAuthority>[1]) => anAuthority(issuer, wanted) };
};

const leaf = (commonName: string | null, names: ExtensionRequest['subjectAltNames'] = []): Partial<IssuerCertificateRequest> => ({
  subjectDer: encodeName(subjectFrom({ commonName })),
  extensions: { subjectAltNames: names },
});

const dns = (value: string) => ({ type: 'dns', value }) as const;

describe('an authority', () => {
  it('is a CA with usage and both identifiers, whatever was asked for', async () => {
    const { issuer } = newIssuer();
    for (const extensions of [{}, { basicConstraints: { isCa: false } }, { keyUsage: ['digitalSignature'] }] satisfies ExtensionRequest[]) {
      const outcome = await issuer.createAuthority!(authorityRequest({ name: 'Root', extensions }));
      const certificate = parseCertificate(outcome.certificateDer);
      expect(certificate.isCa).toBe(true);
      expect(certificate.isSelfSigned).toBe(true);
      expect(certificate.extensions.keyUsage).toEqual(expect.arrayContaining(['keyCertSign', 'crlSign']));
      expect(certificate.authorityKeyId).toEqual(certificate.subjectKeyId);
      expect(outcome.chainDer).toEqual([]);
      expect(outcome.roleNames).toEqual(['Root_admin', 'Root_operator']);
    }
  });

  it('stands at any depth, with the complete chain', async () => {
    const { make, issue } = newIssuer();
    let authority = await make({ name: 'Level 0' });
    for (let level = 1; level <= 6; level++) authority = await make({ name: `Level ${level}`, parent: authority });
    const { certificateDer, chainDer } = await issue(authority);
    const path = [certificateDer, ...chainDer].map((der) => parseCertificate(der));
    expect(path.map(({ cn }) => cn)).toEqual(['www.example.test', 'Level 6', 'Level 5', 'Level 4', 'Level 3', 'Level 2', 'Level 1', 'Level 0']);
    expect(verifyChain(path)).toBeNull();
  });

  it('respects the path length of the authorities above', async () => {
    const { make, issue } = newIssuer();
    const root = await make({ name: 'Root', extensions: { basicConstraints: { isCa: true, pathLength: 1 } } });
    const issuing = await make({ name: 'Issuing', parent: root, extensions: { basicConstraints: { isCa: true, pathLength: 0 } } });
    expect(parseCertificate(issuing.certificateDer).pathLength).toBe(0);
    await expect(make({ name: 'Too deep', parent: issuing })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'policy.path_length' });
    await expect(make({ name: 'Too long', parent: root, extensions: { basicConstraints: { isCa: true, pathLength: 1 } } })).rejects.toMatchObject({ reason: 'policy.path_length' });
    expect((await issue(issuing)).status).toBe('issued');
  });

  it('does not outlive its parent: the refusal names both dates, and makes no key', async () => {
    const { make, context } = newIssuer();
    const root = await make({ name: 'Root', notAfter: years(5) });
    const keys = context.uses.filter((use) => use.startsWith('keys.generate')).length;
    await expect(make({ name: 'Longer', parent: root, notAfter: years(6) })).rejects.toThrow(/2032-11-21.*2031-11-21/);
    expect(context.uses.filter((use) => use.startsWith('keys.generate'))).toHaveLength(keys);
  });

  it('issues nothing without a key in the vault', async () => {
    const { make, issue } = newIssuer();
    const root = await make({ name: 'Imported' });
    await expect(issue({ ...root, keyId: null })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'issuer.no_key' });
  });

  it('hands out nothing when the key does not belong to its certificate', async () => {
    const { make, issue } = newIssuer();
    const [one, other] = [await make({ name: 'One' }), await make({ name: 'Other' })];
    await expect(issue({ ...one, keyId: other.keyId, version: '2' })).rejects.toMatchObject({ code: 'internal', reason: 'issuer.foreign_key' });
  });

  it('is read anew when its version changes, and only then', async () => {
    const { make, issue } = newIssuer();
    const [one, other] = [await make({ name: 'One' }), await make({ name: 'Other' })];
    await issue(one);
    const swapped = { ...other, id: one.id };
    expect((await issue({ ...swapped, version: '1' })).certificate.issuerDer).toEqual(parseCertificate(one.certificateDer).subjectDer);
    expect((await issue({ ...swapped, version: '2' })).certificate.issuerDer).toEqual(parseCertificate(other.certificateDer).subjectDer);
  });
});

describe('a certificate', () => {
  it.each<[string, string | null, ReturnType<typeof dns>[], ReturnType<typeof dns>[]]>([
    ['puts the common name first among its names', 'www.example.test', [dns('api.example.test')], [dns('www.example.test'), dns('api.example.test')]],
    ['leaves the order when the common name is there', 'www.example.test', [dns('api.example.test'), dns('www.example.test')], [dns('api.example.test'), dns('www.example.test')]],
    ['adds no name with a space', 'Jane Doe', [], []],
    ['adds no name that is none', 'jane@example.test', [], []],
    ['works without common name when it has other names', null, [dns('api.example.test')], [dns('api.example.test')]],
    ['takes a wildcard for a name', '*.example.test', [], [dns('*.example.test')]],
  ])('%s', async (_title, commonName, names, expected) => {
    const { make, issue } = newIssuer();
    const { certificate } = await issue(await make({ name: 'Root CA' }), leaf(commonName, names));
    expect(certificate.sans).toEqual(expected);
  });

  it('has critical names only when its subject is empty (RFC 5280 §4.2.1.6)', async () => {
    const { make, issue } = newIssuer();
    const root = await make({ name: 'Root CA' });
    const criticalNames = Buffer.from('0603551d110101ff', 'hex');
    expect((await issue(root, leaf(null, [dns('a.example.test')]))).certificate.der.includes(criticalNames)).toBe(true);
    expect((await issue(root, leaf('a.example.test'))).certificate.der.includes(criticalNames)).toBe(false);
  });

  it('is refused without subject and without names', async () => {
    const { make, issue } = newIssuer();
    await expect(issue(await make({ name: 'Root CA' }), leaf(null))).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'commonName' }] });
  });

  it('is signed with the hash that was asked for, else one as strong as the key', async () => {
    const { make, issue } = newIssuer();
    const cases = [
      ['ECCPRIME256V1', null, 'ecdsa-with-SHA256'],
      ['ECCSECP384R1', null, 'ecdsa-with-SHA384'],
      ['ECCSECP521R1', null, 'ecdsa-with-SHA512'],
      ['ECCSECP384R1', 'sha256', 'ecdsa-with-SHA256'],
      ['RSA2048', null, 'sha256WithRSAEncryption'],
      ['RSA2048', 'sha512', 'sha512WithRSAEncryption'],
      ['ED25519', 'sha256', 'ed25519'],
    ] as const;
    for (const [keyType, hash, name] of cases) {
      const { certificate } = await issue(await make({ name: `Root ${keyType}`, keyType }), { hash });
      expect(certificate.signatureAlgorithm.name).toBe(name);
    }
  });

  it('ends with its authority when it was asked to end later on the same day', async () => {
    const { make, issue } = newIssuer();
    const root = await make({ name: 'Root CA', notAfter: years(2) });
    const { certificate } = await issue(root, { notBefore: start, notAfter: new Date(years(2).getTime() + 3_600_000) });
    expect(certificate.notAfter).toEqual(years(2));
  });

  it('names its issuer by key, and by serial number too when that was asked for', async () => {
    const { make, issue } = newIssuer();
    const root = await make({ name: 'Root CA' });
    const { extensions } = testRequest(root);
    const byKey = await issue(root);
    const bySerial = await issue(root, { extensions: { ...extensions, authorityKeyId: 'issuer_and_serial' } });
    expect(byKey.certificate.extensions.authorityKeyId?.serial).toBeUndefined();
    expect(bySerial.certificate.extensions.authorityKeyId?.serial).toBe(parseCertificate(root.certificateDer).serial);
  });

  it('keeps the extensions of one request out of the next', async () => {
    const { make, issue } = newIssuer();
    const root = await make({ name: 'Root CA' });
    const with1 = { custom: [{ oid: '1.3.6.1.4.1.99999.1', isCritical: false, value: Buffer.from('0500', 'hex') }] };
    const first = await issue(root, { extensions: { ...with1, keyUsage: ['digitalSignature'] } });
    const second = await issue(root, { extensions: { keyUsage: ['keyAgreement'] } });
    const third = await issue(root, { extensions: { ...with1, keyUsage: ['digitalSignature'] } });
    expect(first.certificate.extensions.custom).toHaveLength(1);
    expect(second.certificate.extensions).toMatchObject({ keyUsage: ['keyAgreement'] });
    expect(second.certificate.extensions.custom ?? []).toHaveLength(0);
    expect(third.certificate.extensions.custom).toHaveLength(1);
  });

  it('is journalled with its serial number and key identifier', async () => {
    const { make, issue, context } = newIssuer();
    const { certificate } = await issue(await make({ name: 'Root CA' }));
    expect(context.journal.at(-1)).toMatchObject({ serialHex: certificate.serialHex, subjectKeyId: certificate.subjectKeyId?.toString('hex'), purpose: 'certificate', hash: 'sha256' });
    expect(context.journal.at(-1)?.tbsDer).toEqual(certificate.tbs);
  });

  it('for an authority obeys the path length, when a request asks for one', async () => {
    const { make, issue } = newIssuer();
    const root = await make({ name: 'Root CA', extensions: { basicConstraints: { isCa: true, pathLength: 0 } } });
    await expect(issue(root, { extensions: { basicConstraints: { isCa: true } } })).rejects.toMatchObject({ reason: 'policy.path_length' });
  });
});
