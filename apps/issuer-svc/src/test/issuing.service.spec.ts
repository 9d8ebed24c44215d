import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { getCertificate, viewCertificateKey } from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anIssuer, aSubCa, dns, issue, openssl, verified } from './an-issuer.js';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await anIssuer();
});
afterAll(() => platform.stop());

describe('a root', () => {
  it('is a CA with its own name, complete extensions and the roles of its authority', async () => {
    const root = await anAuthority(platform, { name: 'Corp Root', commonName: 'Corp Root CA', roleIds: [5] });
    expect(root).toMatchObject({ name: 'Corp Root', owner: 'pki@corp.test', active: true, userId: 1, parentId: null, roleIds: [5, 11, 12, 10], options: null });
    expect(root.authorityCertificate).toMatchObject({ name: 'Corp-Root', cn: 'Corp Root CA', chain: null, active: true, status: null });
    const certificate = new X509Certificate(root.authorityCertificate.body);
    expect(certificate.ca).toBe(true);
    const text = openssl(['x509', '-noout', '-text', '-in', 'root.pem'], { 'root.pem': root.authorityCertificate.body });
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  });

  it('is refused a second time under the same name', async () => {
    await anAuthority(platform, { name: 'Twice' });
    await expect(anAuthority(platform, { name: 'Twice' })).rejects.toMatchObject({ code: 'already_exists', fields: [{ path: 'name' }] });
  });
});

describe('a certificate', () => {
  it.each(['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ED25519'])('with a key of type %s validates under three levels of authorities', async (keyType) => {
    const root = await anAuthority(platform, { keyType: 'RSA2048' });
    const middle = await aSubCa(platform, root, { keyType: 'ECCSECP384R1' });
    const issuing = await aSubCa(platform, middle);
    const certificate = await issue(platform, issuing, { commonName: 'leaf.corp.test', keyType });

    expect(certificate.keyType).toBe(keyType);
    expect(certificate.chain?.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(verified(certificate)).toBe('leaf.pem: OK');
  });

  it('carries the facts that Lemur shows', async () => {
    const root = await anAuthority(platform, { name: 'Facts CA', commonName: 'Facts Issuing CA' });
    const certificate = await issue(platform, root, { organization: 'Corp, AS', country: 'NO', extensions: dns('www.corp.test'), roleIds: [7] });
    expect(certificate).toMatchObject({
      name: expect.stringMatching(/^SAN-shop\.corp\.test-FactsIssuingCA-\d{8}-\d{8}$/),
      owner: 'payments@corp.test',
      issuer: 'FactsIssuingCA',
      cn: 'shop.corp.test',
      commonName: 'shop.corp.test',
      san: true,
      bits: 256,
      keyType: 'ECCPRIME256V1',
      signingAlgorithm: 'sha256',
      status: null,
      hasPrivateKey: true,
      rotationPolicy: { days: 30 },
      userId: 1,
      roleIds: [7, 20, 10],
      distinguishedName: expect.stringContaining('CN=shop.corp.test'),
      domains: [
        { name: 'shop.corp.test', sensitive: false },
        { name: 'www.corp.test', sensitive: false },
      ],
    });
    expect(BigInt(certificate.serial).toString(16).toUpperCase()).toBe(certificate.serialHex);
    expect(certificate.csr).toContain('BEGIN CERTIFICATE REQUEST');
  });

  it('has a key in the vault that belongs to it, in its traditional form', async () => {
    const root = await anAuthority(platform);
    const certificate = await issue(platform, root, { keyType: 'RSA2048' });
    const { key } = await platform.call('gateway', viewCertificateKey, { id: certificate.id }, { principal: admin });
    expect(key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
    const files = { 'key.pem': key ?? '', 'cert.pem': certificate.body };
    expect(openssl(['pkey', '-pubout', '-in', 'key.pem'], files)).toBe(openssl(['x509', '-noout', '-pubkey', '-in', 'cert.pem'], files));
  });

  it('is signed on record: for which key, at whose word, also among many at once', async () => {
    const root = await anAuthority(platform);
    const users = [1, 2, 3].map((userId) => aPrincipal({ admin: true, userId, email: `user${userId}@example.com` }));
    const issued = await Promise.all(users.map((user) => issue(platform, root, {}, user)));
    for (const [index, { id, serialHex }] of issued.entries()) {
      const [certificate] = await platform.database('issuer').query<{ key_id: string }>('select key_id from certificate where id = $1', [id]);
      const journal = await platform.database('keyvault').query('select actor, caller, subject_key_id from signing_journal where serial_hex = $1', [serialHex]);
      expect(journal).toEqual([{ actor: users[index]?.email, caller: 'issuer', subject_key_id: certificate?.key_id }]);
    }
  });

  it('is read back as it was answered', async () => {
    const root = await anAuthority(platform);
    const issued = await issue(platform, root, { extensions: dns('a.corp.test', 'b.corp.test') });
    expect(await platform.call('gateway', getCertificate, { id: issued.id }, { principal: admin })).toEqual(issued);
  });
});
