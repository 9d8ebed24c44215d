import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { issuerTimeline, reissueCertificate, revokeCertificate, type AuthorityRecord, type CertificateRecord, type RequestOf } from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, dns, openssl } from './an-issuer.js';
import { aRenewalWorld, day, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
let platform: TestPlatform;
let authority: AuthorityRecord;
beforeAll(async () => {
  world = await aRenewalWorld();
  ({ platform } = world);
  authority = await anAuthority(platform);
});
afterAll(() => world.stop());
afterEach(() => world.at(0));

type Asked = RequestOf<typeof reissueCertificate>;
const reissue = (id: number, parts: Partial<Asked> = {}, principal = admin) => platform.call('gateway', reissueCertificate, { id, isDryRun: false, isForced: false, ...parts }, { principal });
async function reissued(id: number, parts: Partial<Asked> = {}): Promise<CertificateRecord> {
  const { issued } = await reissue(id, parts);
  if (issued === null || !('certificate' in issued)) throw new Error('nothing was issued at once');
  return issued.certificate;
}
/** What OpenSSL prints of a certificate, without what has to be different. */
function printed({ body }: { body: string }): string {
  const text = openssl(['x509', '-noout', '-text', '-certopt', 'no_serial,no_validity,no_pubkey,no_sigdump', '-in', 'leaf.pem'], { 'leaf.pem': body });
  return text.replace(/(Subject Key Identifier:\s*\n\s*)[0-9A-F:]+/g, '$1…').replace(/^\s*Signature Value:[^]*$/m, '');
}

describe('a reissue', () => {
  it.each<[string, Parameters<typeof world.issue>[2]]>([
    ['of the simplest kind', {}],
    ['with subject, names of all kinds, usages, policies and extensions of its own', {
      organization: 'Example & Sons', organizationalUnit: 'Ops', country: 'DE', state: 'Berlin', location: 'Berlin', keyType: 'RSA2048',
      extensions: {
        keyUsage: { useDigitalSignature: true, useKeyEncipherment: true },
        extendedKeyUsage: { useServerAuthentication: true, useClientAuthentication: true, oids: ['1.3.6.1.5.5.7.3.17'] },
        subAltNames: { names: [{ nameType: 'DNSName', value: '*.corp.test' }, { nameType: 'IPAddress', value: '192.0.2.7' }, { nameType: 'rfc822Name', value: 'ops@corp.test' }, { nameType: 'uniformResourceIdentifier', value: 'spiffe://corp.test/shop' }] },
        certificatePolicies: { policies: [{ oid: '1.3.6.1.4.1.55555.1', cps: 'https://cps.corp.test/' }] },
        certificateInfoAccess: { ocsp: ['http://ocsp.corp.test/'], caIssuers: ['http://ca.corp.test/ca.cer'] },
        crlDistributionPoints: { includeCrlDp: ['http://crl.corp.test/ca.crl'] },
        authorityKeyIdentifier: { useAuthorityCert: true },
        custom: [{ oid: '1.2.3.4.5', encoding: 'string', value: 'kept', isCritical: false }, { oid: '1.3.6.1.5.5.7.1.24', encoding: 'b64asn1', value: 'MAMCAQU=', isCritical: false }],
      },
    }],
    ['of ECC, with another hash', { keyType: 'ECCSECP384R1', signingAlgorithm: 'sha512', extensions: dns('a.corp.test', 'b.corp.test') }],
    ['of Ed25519', { keyType: 'ED25519' }],
  ])('%s has all attributes of the old one and a new key', async (_what, parts) => {
    const old = await world.issue(authority, 90 * day, { rotation: false, ...parts });
    const young = await reissued(old.id);
    expect(printed(young)).toBe(printed(old));
    const keyOf = ({ body }: CertificateRecord) => openssl(['x509', '-noout', '-pubkey', '-in', 'leaf.pem'], { 'leaf.pem': body });
    expect(keyOf(young)).not.toBe(keyOf(old));
    expect(Date.parse(young.notAfter) - Date.parse(young.notBefore)).toBe(Date.parse(old.notAfter) - Date.parse(old.notBefore));
    expect(young).toMatchObject({ keyType: old.keyType, owner: old.owner, rotation: false, notify: true, rotationPolicy: { name: 'default' }, userId: old.userId, roleIds: old.roleIds, replaces: [{ id: old.id, notify: false }] });
  });

  it('of an SSH certificate is one with the same hosts, or users and terms', async () => {
    const ssh = await anAuthority(platform, { plugin: { slug: 'openssh-issuer' }, keyType: 'ED25519' });
    const host = await world.issue(ssh, 90 * day, { rotation: false, commonName: 'host.corp.test', keyType: 'ED25519', extensions: { ...dns('alias.corp.test'), extendedKeyUsage: { useServerAuthentication: true } } });
    const terms = { principals: ['deploy', 'root'], criticalOptions: { forceCommand: '/bin/true', sourceAddress: ['192.0.2.0/24'] }, extensions: ['permit-pty'], keyId: 'robots' };
    const user = await world.issue(ssh, 90 * day, { rotation: false, commonName: 'deploy', keyType: 'ED25519', extensions: { extendedKeyUsage: { useClientAuthentication: true }, ssh: terms } });
    for (const old of [host, user]) {
      const { extensions, cn } = await reissued(old.id);
      const { keyId: _young, ...young } = extensions.ssh as Record<string, unknown>;
      const { keyId: _old, ...before } = old.extensions.ssh as Record<string, unknown>;
      expect({ cn, young, names: extensions.subAltNames }).toEqual({ cn: old.cn, young: before, names: old.extensions.subAltNames });
    }
    expect((await reissued((await reissued(user.id, { isForced: true })).id)).extensions.ssh).toMatchObject({ keyId: 'robots' });
  });

  it('as dry run says what would be asked for, and asks for nothing', async () => {
    const old = await world.issue(authority, 90 * day, { rotation: false, extensions: dns('www.corp.test') });
    const { plan, issued } = await reissue(old.id, { isDryRun: true });
    expect(issued).toBeNull();
    expect(plan).toMatchObject({ certificateId: old.id, name: old.name, commonName: 'shop.corp.test', names: ['shop.corp.test', 'www.corp.test'], authority: { id: authority.id, name: authority.name } });
    expect(await world.successors(old.id)).toEqual([]);
  });

  it('is refused for what has a successor or is revoked, unless it is forced, and where it cannot be done at all', async () => {
    const old = await world.issue(authority, 90 * day);
    const young = await reissued(old.id);
    await expect(reissue(old.id)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'renewal.replaced', message: expect.stringContaining(`"${young.name}" took its place`) });
    await reissued(old.id, { isForced: true });
    expect(await world.successors(old.id)).toHaveLength(2);
    const revoked = await world.issue(authority, 90 * day);
    await platform.call('gateway', revokeCertificate, { id: revoked.id, comments: null, crlReason: 'superseded' }, { principal: admin });
    await expect(reissue(revoked.id)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'renewal.revoked' });
    await reissued(revoked.id, { isForced: true });
    const request = openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem', '-subj', '/CN=elsewhere.corp.test']);
    const applied = await world.issue(authority, 90 * day, { csr: request.slice(request.indexOf('-----BEGIN')), commonName: 'elsewhere.corp.test' });
    await expect(reissue(applied.id, { isForced: true })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'renewal.not_possible', message: expect.stringContaining('its private key is elsewhere') });
    await expect(reissue(2_000_000)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is one for one key, however often it is asked for, and two at once make one', async () => {
    const old = await world.issue(authority, 90 * day, { rotation: false });
    const requestKey = 'a'.repeat(64);
    const [first, second] = [await reissued(old.id, { requestKey }), await reissued(old.id, { requestKey })];
    expect(second.id).toBe(first.id);
    const other = await world.issue(authority, 90 * day, { rotation: false });
    const answers = await Promise.allSettled([reissued(other.id), reissued(other.id), reissued(other.id)]);
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(await world.successors(other.id)).toHaveLength(1);
  });

  it('takes the right to change the old one and the right to issue from its authority', async () => {
    const old = await world.issue(authority, 90 * day, { rotation: false });
    const stranger = aPrincipal({ userId: 70, roles: [{ id: 71, name: 'others@corp.test' }] });
    await expect(reissue(old.id, { isDryRun: true }, stranger)).rejects.toMatchObject({ code: 'permission_denied' });
    const owner = aPrincipal({ userId: 72, roles: [{ id: 20, name: 'payments@corp.test' }] });
    await expect(reissue(old.id, {}, owner)).rejects.toMatchObject({ code: 'permission_denied' });
    const both = aPrincipal({ userId: 73, roles: [{ id: 20, name: 'payments@corp.test' }, { id: 10, name: 'pki@corp.test' }] });
    expect((await reissue(old.id, {}, both)).issued).not.toBeNull();
  });

  it('by the schedule is not made where the authority ends before anything would be gained, and says so', async () => {
    const validity = { validityYears: null, validityStart: new Date(Date.now() - hour).toISOString(), validityEnd: new Date(Date.now() + 3 * day).toISOString() };
    const old = await world.issue(await anAuthority(platform, validity), 3 * day);
    world.at(50 * hour);
    await world.tick();
    expect(await world.renewal(old.id)).toMatchObject({ state: 'failing', lastError: expect.stringMatching(/^authority ".*" ends at .*: a renewal would end at .*, no later than/) });
    world.at(0);
    expect((await reissue(old.id)).issued).not.toBeNull();
  });
});

describe('the task certificate_reissue', () => {
  it('as dry run reports what would be renewed, and else renews everything whose window is open', async () => {
    const certificate = await world.issue(authority, 160 * hour);
    world.at(81 * hour);
    const rehearsal = await world.reissueAll({ dryRun: true });
    expect(rehearsal).toMatchObject({ dryRun: true, wouldRenew: expect.any(Number), certificates: expect.arrayContaining([expect.objectContaining({ id: certificate.id, name: certificate.name, authority: authority.name })]) });
    expect(await world.successors(certificate.id)).toEqual([]);
    expect(await world.reissueAll()).toMatchObject({ dryRun: false, renewed: expect.any(Number) });
    expect(await world.successors(certificate.id)).toHaveLength(1);
  });
});

describe('the life of a certificate', () => {
  it('is told from its beginning to its end, with what comes next', async () => {
    const old = await world.issue(authority, 160 * hour);
    await world.tick();
    const before = (await platform.call('gateway', issuerTimeline, { certificateId: old.id })).entries;
    expect(before.map(({ kind, state, title }) => [kind, state, title])).toEqual([
      ['expiry', 'planned', 'Expires'],
      ['renewal', 'planned', `Renewal by ${authority.name}`],
      ['issued', 'done', `Issued by ${authority.name}`],
    ]);
    const young = await reissued(old.id);
    const after = (await platform.call('gateway', issuerTimeline, { certificateId: old.id })).entries;
    expect(after.map(({ kind }) => kind).sort()).toEqual(['expiry', 'issued', 'renewed']);
    expect(after.find(({ kind }) => kind === 'renewed')).toMatchObject({ title: `Renewed: ${young.name}`, object: { type: 'certificate', id: young.id } });
    const next = (await platform.call('gateway', issuerTimeline, { certificateId: young.id })).entries;
    expect(next.find(({ kind }) => kind === 'issued')).toMatchObject({ detail: `It renews "${old.name}"`, object: { id: old.id } });
  });
});
