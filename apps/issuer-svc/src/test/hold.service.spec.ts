import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { authorityUpdated, certificateReleased, certificateRevoked, getCertificate, getPublication, type CertificateRecord } from '@sifaka/contracts';
import type { TestPlatform } from '@sifaka/testing';
import { certificateOf, listedAs, revoke } from './a-publisher.js';
import { admin, anAuthority, anIssuer, aSubCa, issue, openssl } from './an-issuer.js';

jest.setTimeout(60_000);

let platform: TestPlatform;

beforeAll(async () => {
  platform = await anIssuer({ SIFAKA_REVOCATION_URL: 'http://pki.corp.test' });
});
afterAll(() => platform.stop());

const rowOf = async ({ id }: CertificateRecord) => (await platform.database('issuer').query('select status, notify, rotation, revoked_at, revocation_reason from certificate where id = $1', [id]))[0];

describe('a hold', () => {
  it('ends as if it had never been', async () => {
    const certificate = await issue(platform, await anAuthority(platform), { notify: true, rotation: true });
    const events = await platform.events(certificateReleased.subject);
    await revoke(platform, certificate, 'certificateHold');
    expect(await rowOf(certificate)).toMatchObject({ status: 'revoked', notify: false, rotation: false, revocation_reason: 'certificateHold' });
    const shown = () => platform.call('gateway', getCertificate, { id: certificate.id }, { principal: admin });
    expect((await shown()).revocation).toEqual({ state: 'held', reason: 'certificateHold', at: expect.any(String) });
    await revoke(platform, certificate, 'certificateHold');
    await revoke(platform, certificate, 'removeFromCRL');
    expect(await rowOf(certificate)).toEqual({ status: 'valid', notify: true, rotation: true, revoked_at: null, revocation_reason: null });
    expect(await shown()).not.toHaveProperty('revocation');
    expect((await events.waitFor(() => true)).data).toMatchObject({ id: certificate.id, serialHex: certificateOf(certificate).serialHex });
  });

  it('may become final, with the time of the hold, and ends for good then', async () => {
    const authority = await anAuthority(platform);
    const certificate = await issue(platform, authority);
    const events = await platform.events(certificateRevoked.subject);
    await revoke(platform, certificate, 'certificateHold');
    const held = await rowOf(certificate);
    await revoke(platform, certificate, 'keyCompromise');
    expect(await rowOf(certificate)).toMatchObject({ status: 'revoked', revoked_at: held?.revoked_at, revocation_reason: 'keyCompromise' });
    await events.waitFor(({ data }) => JSON.stringify(data).includes('"keyCompromise"'));
    await expect(revoke(platform, certificate, 'removeFromCRL')).rejects.toMatchObject({ code: 'failed_precondition', reason: 'certificate.not_on_hold' });
    await expect(revoke(platform, certificate, 'certificateHold')).rejects.toMatchObject({ code: 'failed_precondition', reason: 'certificate.revoked_for_good' });
    await revoke(platform, certificate, 'superseded');
    const full = await listedAs(platform, authority, ({ entries }) => [...entries].some(({ reason }) => reason === 'superseded'));
    expect(full.entries.count).toBe(1);
  });

  it('is not removed where there is none', async () => {
    const certificate = await issue(platform, await anAuthority(platform));
    await expect(revoke(platform, certificate, 'removeFromCRL')).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('it is not revoked') });
  });

  it('of a sub-CA belongs to its parent; a root has nobody who could', async () => {
    const root = await anAuthority(platform);
    const below = await aSubCa(platform, root);
    await revoke(platform, below.authorityCertificate, 'certificateHold');
    await listedAs(platform, root, ({ entries }) => entries.count === 1);
    await revoke(platform, below.authorityCertificate, 'removeFromCRL');
    await listedAs(platform, root, ({ entries }) => entries.count === 0);
    await issue(platform, below);
    const events = await platform.events(authorityUpdated.subject);
    await revoke(platform, below.authorityCertificate, 'cACompromise');
    const { data } = await events.waitFor(({ subject }) => subject === String(below.id));
    expect(data).toMatchObject({ id: below.id, name: below.name, active: false, parentId: root.id });
    // Revoked again, it is inactive already: one event, one entry.
    await revoke(platform, below.authorityCertificate, 'keyCompromise');
    const audited = await platform.database('issuer').query<{ details: unknown }>("select details from audit_entry where action = 'authority.updated' and object_id = $1", [String(below.id)]);
    expect(audited.map(({ details }) => details)).toMatchObject([{ activeBefore: true, active: false, because: 'its certificate was revoked (cACompromise)' }]);
    await expect(issue(platform, below)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('not active') });
    await expect(revoke(platform, root.authorityCertificate, 'cACompromise')).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(`is the self-signed certificate of authority "${root.name}"`) });
  });
});

describe('addresses', () => {
  const textOf = ({ body }: { body: string }) => openssl(['x509', '-in', 'leaf.pem', '-noout', '-text'], { 'leaf.pem': body });

  it('of the authority stand in what it issues, those of the parent in a sub-CA', async () => {
    const root = await anAuthority(platform, { name: 'Corp Root' });
    const below = await aSubCa(platform, root, { name: 'Corp Issuing' });
    const text = textOf(await issue(platform, below));
    for (const line of ['URI:http://pki.corp.test/crl/Corp-Issuing.crl', 'OCSP - URI:http://pki.corp.test/ocsp/Corp-Issuing', 'CA Issuers - URI:http://pki.corp.test/ca/Corp-Issuing.cer', 'X509v3 Freshest CRL', 'Corp-Issuing-delta.crl']) expect(text).toContain(line);
    expect(textOf(below.authorityCertificate)).toContain('http://pki.corp.test/crl/Corp-Root.crl');
    expect(textOf(root.authorityCertificate)).not.toContain('http://');
    expect(await platform.call('gateway', getPublication, { authorityId: below.id }, { principal: admin })).toMatchObject({
      reasonNot: null,
      crlUrls: ['http://pki.corp.test/crl/Corp-Issuing.crl'],
      deltaCrlUrls: ['http://pki.corp.test/crl/Corp-Issuing-delta.crl'],
      ocspUrls: ['http://pki.corp.test/ocsp/Corp-Issuing'],
    });
  });

  it('are left out where the request says no', async () => {
    const extensions = { certificateInfoAccess: { includeAIA: false }, crlDistributionPoints: { includeCrlDp: 'no' } };
    expect(textOf(await issue(platform, await anAuthority(platform), { extensions }))).not.toContain('http://');
  });

  it('differ for authorities whose names look the same in an address', async () => {
    const [one, two] = [await anAuthority(platform, { name: 'Same CA' }), await anAuthority(platform, { name: 'Same-CA' })];
    expect(textOf(await issue(platform, one))).toContain('/crl/Same-CA.crl');
    expect(textOf(await issue(platform, two))).toContain(`/crl/Same-CA-${two.id}.crl`);
    const other = await anAuthority(platform, { name: 'Same CA-delta' });
    expect(textOf(await issue(platform, other))).toContain(`/crl/Same-CA-delta-${other.id}.crl`);
  });
});
