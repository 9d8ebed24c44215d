import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorizeCertificateWrite,
  changeCertificateOwner,
  createRotationPolicy,
  deactivateCertificate,
  deleteCertificate,
  describeCertificate,
  exportCertificate,
  getCertificate,
  revokeCertificate,
  switchCertificate,
  updateCertificate,
  viewCertificateKey,
  type AuthorityRecord,
} from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anIssuer, issue, openssl, upload } from './an-issuer.js';

let platform: TestPlatform;
let root: AuthorityRecord;
const as = { principal: admin };
const stranger = { principal: aPrincipal() };
const payments = { principal: aPrincipal({ roles: [{ id: 20, name: 'payments@corp.test' }] }) };

beforeAll(async () => {
  platform = await anIssuer();
  root = await anAuthority(platform);
});
afterAll(() => platform.stop());

const logs = async (id: number) =>
  (await platform.database('issuer').query<{ log_type: string }>('select log_type from certificate_log where certificate_id = $1 order by id', [id])).map((row) => row.log_type);
const audits = async (id: number) =>
  (await platform.database('issuer').query<{ action: string }>("select action from audit_entry where object_type = 'certificate' and object_id = $1 order by at", [String(id)])).map(({ action }) => action);

const edit = { owner: 'payments@corp.test', ownerRoleId: 20, roleIds: [], description: '', notify: null, rotation: null, replaces: [] };

describe('editing', () => {
  it('replaces roles and description, keeps absent flags, and is logged and audited with the change', async () => {
    const { id } = await issue(platform, root, { roleIds: [7], description: 'before' });
    const updated = await platform.call('gateway', updateCertificate, { ...edit, id }, payments);
    expect(updated).toMatchObject({ description: '', roleIds: [20], notify: true, rotation: false });
    expect(await logs(id)).toEqual(['create_cert', 'update_cert']);
    expect(await audits(id)).toEqual(['certificate.issued', 'certificate.updated']);
  });

  it('drops the role of a former owner and attaches that of the new one', async () => {
    const { id } = await issue(platform, root, { roleIds: [7] });
    const changed = await platform.call('gateway', changeCertificateOwner, { id, owner: 'Web@Corp.Test', ownerRoleId: 30 }, as);
    expect(changed).toMatchObject({ owner: 'web@corp.test', roleIds: [7, 10, 30] });
    const again = await platform.call('gateway', updateCertificate, { ...edit, id, roleIds: [30, 8], replaces: [] }, as);
    expect(again.roleIds).toEqual([8, 20]);
  });

  it('silences what is replaced, once, and does not wake it when the link goes', async () => {
    const old = await issue(platform, root, { rotation: true });
    const { id, replaces } = await issue(platform, root, { replaces: [{ id: old.id }] });
    expect(replaces.map((other) => other.id)).toEqual([old.id]);
    const read = () => platform.call('gateway', getCertificate, { id: old.id }, as);
    expect(await read()).toMatchObject({ notify: false, rotation: true, replacedBy: [{ id }] });
    await platform.call('gateway', switchCertificate, { id: old.id, notify: true, rotation: null }, as);
    await platform.call('gateway', updateCertificate, { ...edit, id, replaces: [{ id: old.id }] }, as);
    expect(await read()).toMatchObject({ notify: true });
    await platform.call('gateway', updateCertificate, { ...edit, id, replaces: [{ name: old.name }, { id }] }, as);
    await platform.call('gateway', updateCertificate, { ...edit, id }, as);
    expect(await read()).toMatchObject({ replacedBy: [] });
  });

  it('gives another rotation policy, by id or name, leaves it where nothing is said, and writes it down', async () => {
    const short = await platform.call('gateway', createRotationPolicy, { name: 'short', days: 3, hours: 0, lifetimeFraction: null }, as);
    const { id, rotationPolicy: standard } = await issue(platform, root);
    const edited = async (rotationPolicy?: { id?: number; name?: string } | null) => (await platform.call('gateway', updateCertificate, { ...edit, id, rotationPolicy }, payments)).rotationPolicy;
    expect(await edited({ name: 'short' })).toEqual({ id: short.id, name: 'short', days: 3, hours: 0 });
    expect(await edited()).toMatchObject({ id: short.id });
    expect(await edited(null)).toEqual(standard);
    expect(await edited({ id: short.id })).toMatchObject({ name: 'short' });
    const trail = await platform.database('issuer').query<{ details: unknown }>("select details from audit_entry where action = 'certificate.updated' and object_id = $1 order by at", [String(id)]);
    expect(trail.map(({ details }) => details)).toContainEqual(expect.objectContaining({ rotationPolicyId: { before: standard?.id, after: short.id } }));
  });

  it('refuses a rotation policy that does not exist, by field and value, and changes nothing', async () => {
    const { id, rotationPolicy } = await issue(platform, root, { description: 'before' });
    for (const [ref, value] of [[{ id: 999_999 }, '999999'], [{ name: 'nobody' }, '"nobody"']] as const) {
      const message = `there is no rotation policy ${value}`;
      await expect(platform.call('gateway', updateCertificate, { ...edit, id, rotationPolicy: ref }, as)).rejects.toMatchObject({ code: 'invalid_argument', message: `rotationPolicy: ${message}`, reason: 'reference.unknown', fields: [{ path: 'rotationPolicy', message }] });
      await expect(upload(platform, { body: root.authorityCertificate.body, rotationPolicy: ref })).rejects.toMatchObject({ fields: [{ path: 'rotationPolicy' }] });
    }
    expect(await platform.call('gateway', getCertificate, { id }, as)).toMatchObject({ description: 'before', rotationPolicy });
    await expect(platform.call('gateway', updateCertificate, { ...edit, id, rotationPolicy: { name: 'default' } }, stranger)).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('leaves an upload without a policy as it is when it is sent back as it was read, and takes one from the start', async () => {
    const without = await upload(platform, { body: root.authorityCertificate.body });
    expect(without.rotationPolicy).toBeNull();
    expect((await platform.call('gateway', updateCertificate, { ...edit, id: without.id, rotationPolicy: without.rotationPolicy }, as)).rotationPolicy).toBeNull();
    expect((await platform.call('gateway', updateCertificate, { ...edit, id: without.id, rotationPolicy: { name: 'default' } }, as)).rotationPolicy).toMatchObject({ name: 'default' });
    const withOne = await upload(platform, { body: root.authorityCertificate.body, rotationPolicy: { name: 'default' } });
    expect(withOne).toMatchObject({ rotation: false, rotationPolicy: { name: 'default' } });
    expect((await platform.call('gateway', getCertificate, { id: withOne.id }, as)).rotationPolicy).toEqual(withOne.rotationPolicy);
  });

  it('describes, or with nothing to say changes nothing', async () => {
    const { id } = await issue(platform, root);
    expect(await platform.call('gateway', describeCertificate, { id, description: 'shop front' }, as)).toMatchObject({ description: 'shop front' });
    expect(await platform.call('gateway', describeCertificate, { id, description: null }, as)).toMatchObject({ description: 'shop front' });
    expect(await logs(id)).toEqual(['create_cert', 'update_cert']);
  });

  it('is for its roles and its creator', async () => {
    const { id } = await issue(platform, root);
    const calls = [
      platform.call('gateway', updateCertificate, { ...edit, id }, stranger),
      platform.call('gateway', switchCertificate, { id, notify: false, rotation: null }, stranger),
      platform.call('gateway', changeCertificateOwner, { id, owner: 'x@corp.test', ownerRoleId: 5 }, stranger),
      platform.call('gateway', describeCertificate, { id, description: null }, stranger),
      platform.call('gateway', authorizeCertificateWrite, { id }, stranger),
      platform.call('gateway', viewCertificateKey, { id }, stranger),
      platform.call('gateway', revokeCertificate, { id, comments: null, crlReason: 'unspecified' }, stranger),
    ];
    for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'permission_denied' } });
    expect(await logs(id)).toEqual(['create_cert']);
  });

  it('asks for the right to replace', async () => {
    const own = await upload(platform, { body: root.authorityCertificate.body }, aPrincipal());
    const foreign = await issue(platform, root);
    await expect(platform.call('gateway', updateCertificate, { ...edit, id: own.id, replaces: [{ id: foreign.id }] }, stranger)).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('finds no certificate where there is none', async () => {
    await expect(platform.call('gateway', authorizeCertificateWrite, { id: 999_999 }, as)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('revoking', () => {
  it('is recorded with reason and time, and told', async () => {
    const events = await platform.events('sifaka.v1.certificate.revoked');
    const { id } = await issue(platform, root, { rotation: true });
    await platform.call('gateway', revokeCertificate, { id, comments: 'lost', crlReason: 'keyCompromise' }, payments);
    expect(await platform.call('gateway', getCertificate, { id }, as)).toMatchObject({ status: 'revoked', notify: false, rotation: false, revocation: { state: 'revoked', reason: 'keyCompromise', at: expect.any(String) } });
    const event = await events.waitFor((candidate) => candidate.subject === String(id));
    expect(event.data).toMatchObject({ id, crlReason: 'keyCompromise', notify: true });
    expect(await logs(id)).toEqual(['create_cert', 'revoke_cert']);
  });

  it('tells whether its owner wanted to hear of it, before and not after', async () => {
    const events = await platform.events('sifaka.v1.certificate.revoked');
    const { id } = await issue(platform, root, { notify: false });
    await platform.call('gateway', revokeCertificate, { id, comments: null, crlReason: 'superseded' }, payments);
    expect((await events.waitFor((candidate) => candidate.subject === String(id))).data).toMatchObject({ notify: false });
    const told = await issue(platform, root);
    await platform.call('gateway', revokeCertificate, { id: told.id, comments: null, crlReason: 'superseded' }, payments);
    await platform.call('gateway', revokeCertificate, { id: told.id, comments: null, crlReason: 'keyCompromise' }, payments);
    const again = await events.waitFor(({ subject, data }) => subject === String(told.id) && JSON.stringify(data).includes('keyCompromise'));
    expect(again.data).toMatchObject({ notify: false });
  });

  it('needs an authority', async () => {
    const { id } = await upload(platform, { body: root.authorityCertificate.body });
    await expect(platform.call('gateway', revokeCertificate, { id, comments: null, crlReason: 'unspecified' }, as)).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('is not deactivating, which this issuer does not know', async () => {
    const { id } = await issue(platform, root);
    await expect(platform.call('gateway', deactivateCertificate, { id }, as)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'issuer.cannot_deactivate' });
  });
});

describe('deleting', () => {
  it('is off by default, for everybody and everything', async () => {
    await expect(platform.call('gateway', deleteCertificate, { id: 999_999 }, stranger)).rejects.toMatchObject({ reason: 'certificate.deletion_disabled' });
  });

  it('flags, once, where it is allowed', async () => {
    const other = await anIssuer({ ALLOW_CERT_DELETION: 'true' });
    try {
      const { id } = await issue(other, await anAuthority(other));
      await expect(other.call('gateway', deleteCertificate, { id }, stranger)).rejects.toMatchObject({ code: 'permission_denied' });
      expect(await other.call('gateway', deleteCertificate, { id }, as)).toEqual({ id });
      await expect(other.call('gateway', deleteCertificate, { id }, stranger)).rejects.toMatchObject({ reason: 'certificate.already_deleted' });
      expect(await other.call('gateway', getCertificate, { id }, as)).toMatchObject({ deleted: true });
    } finally {
      await other.stop();
    }
  });
});

describe('keys and exports', () => {
  it('record every sight of the key, and no sight of anything else', async () => {
    const { id } = await issue(platform, root);
    await platform.call('gateway', viewCertificateKey, { id }, payments);
    await platform.call('gateway', exportCertificate, { id, plugin: { slug: 'openssl-export', pluginOptions: [{ name: 'type', value: 'PKCS12 (.p12)' }] } }, payments);
    await platform.call('gateway', exportCertificate, { id, plugin: { slug: 'java-truststore-jks' } }, stranger);
    expect(await logs(id)).toEqual(['create_cert', 'key_view', 'key_view']);
    expect(await audits(id)).toEqual(['certificate.issued', 'key.viewed', 'key.viewed']);
  });

  it('open with OpenSSL', async () => {
    const { id, cn } = await issue(platform, root);
    const options = [{ name: 'type', value: 'PKCS12 (.p12)' }, { name: 'passphrase', value: 'correct horse battery' }];
    const file = await platform.call('gateway', exportCertificate, { id, plugin: { slug: 'openssl-export', pluginOptions: options } }, as);
    expect(file).toMatchObject({ extension: 'p12', passphrase: 'correct horse battery' });
    const text = openssl(['pkcs12', '-in', 'a.p12', '-passin', 'pass:correct horse battery', '-nodes'], { 'a.p12': Buffer.from(file.data, 'base64') });
    expect(text).toContain(`CN = ${cn ?? ''}`);
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('refuse strangers by name of the plugin, unknown plugins, and certificates without key', async () => {
    const { id } = await issue(platform, root);
    const keyless = await upload(platform, { body: root.authorityCertificate.body });
    const asked = (certificateId: number, slug: string, options = stranger) => platform.call('gateway', exportCertificate, { id: certificateId, plugin: { slug } }, options);
    await expect(asked(id, 'java-keystore-jks')).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('java-keystore-jks') });
    await expect(asked(id, 'nothing')).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin._schema' }] });
    await expect(asked(keyless.id, 'java-keystore-jks', as)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'certificate.no_key' });
    expect(await platform.call('gateway', viewCertificateKey, { id: keyless.id }, as)).toEqual({ key: null });
  });

  it('never hand out the key of an authority', async () => {
    const { id } = root.authorityCertificate;
    await expect(platform.call('gateway', viewCertificateKey, { id }, as)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'key.never_leaves' });
  });
});
