import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  exportCertificate,
  getAuthority,
  getCertificate,
  listCertificates,
  readKeyRevocationList,
  revokeCertificate,
  viewCertificateKey,
  type AuthorityRecord,
  type CertificateRecord,
  type RequestOf,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { createLogger } from '@sifaka/observability';
import { parseKrl, parseSshCertificate, parseSshKeyLine } from '@sifaka/pki';
import { CONFIG } from '@sifaka/runtime';
import { aPrincipal, requirePeer, type TestPlatform } from '@sifaka/testing';
import type { IssuerConfig } from '../issuer.config.js';
import { ReconcileKeyvault } from '../reconcile/reconcile-keyvault.js';
import { ReconcileRepository } from '../reconcile/reconcile.repository.js';
import { admin, anAuthority, anIssuer, type aRequest, aSubCa, dns, issue, openssl, upload } from './an-issuer.js';

let platform: TestPlatform;
let authority: AuthorityRecord;

beforeAll(async () => {
  platform = await anIssuer({ SIFAKA_ALLOWED_DOMAINS: '.*\\.corp\\.test$|web-.*' });
  authority = await anSshAuthority();
});
afterAll(() => platform.stop());

const anSshAuthority = (parts: Parameters<typeof anAuthority>[1] = {}) =>
  anAuthority(platform, { keyType: 'ED25519', plugin: { slug: 'openssh-issuer' }, ...parts });

const everything: RequestOf<typeof listCertificates> = {
  window: { offset: 0, limit: 10, sortBy: 'id', sortDir: 'desc', cursor: null },
  filter: null,
  ids: null,
  name: null,
  serial: null,
  showExpired: true,
  timeRange: null,
  destinationId: null,
  notificationId: null,
  owner: null,
  active: null,
  rotation: null,
  creatorIds: null,
  authorityId: null,
};

type Asked = Partial<ReturnType<typeof aRequest>>;
const withoutYears = { validityYears: null } as const;
const host = (extensions: Asked['extensions'] = {}): Asked => ({ ...withoutYears, extensions: { extendedKeyUsage: { useServerAuthentication: true }, ...extensions } });
const client = (extensions: Asked['extensions'] = {}): Asked => ({ ...withoutYears, extensions: { extendedKeyUsage: { useClientAuthentication: true }, ...extensions } });
const rivera = aPrincipal({ userId: 7, username: 'rivera', email: 'rivera@corp.test', roles: [{ id: 12, name: 'operators' }] });

const keygen = (args: string[], files: Record<string, string>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-issuer-ssh-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
    return execFileSync('ssh-keygen', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
const sshIt = requirePeer('ssh-keygen', 'apt-get install openssh-client') === null ? it.skip : it;
const read = ({ body }: CertificateRecord) => parseSshCertificate(parseSshKeyLine(body).blob);

describe('an SSH authority', () => {
  it('has its public key for a certificate, with name and dates as they were asked for', async () => {
    const { authorityCertificate: own, ...record } = await anSshAuthority({ name: 'Corp SSH', commonName: 'corp.test' });
    expect(record).toMatchObject({ name: 'Corp SSH', plugin: { slug: 'openssh-issuer', title: 'OpenSSH' }, parentId: null, roleIds: [11, 12, 10] });
    expect(own).toMatchObject({ name: 'Corp-SSH', cn: 'corp.test', bits: 256, chain: null });
    expect(own.body).toMatch(/^ssh-ed25519 AAAA\S+$/);
    expect(await platform.call('gateway', getAuthority, { ref: { id: record.id } }, { principal: admin })).toMatchObject({ authorityCertificate: own });
    const certificate = await platform.call('gateway', getCertificate, { id: own.id }, { principal: admin });
    expect(certificate).toMatchObject({ body: own.body, serial: '0', issuer: '<selfsigned>', extensions: { subAltNames: { names: [] } }, hasPrivateKey: true });
    await expect(platform.call('gateway', viewCertificateKey, { id: own.id }, { principal: admin })).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('has nothing below it, stands below none, and says so', async () => {
    await expect(aSubCa(platform, authority, { plugin: { slug: 'openssh-issuer' } })).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining(authority.name) });
    await expect(aSubCa(platform, authority)).rejects.toMatchObject({ fields: [{ path: 'parent' }] });
    const root = await anAuthority(platform);
    await expect(aSubCa(platform, root, { plugin: { slug: 'openssh-issuer' }, keyType: 'ED25519' })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(root.name) });
    await expect(anSshAuthority({ keyType: 'ECCSECP256K1' })).rejects.toMatchObject({ fields: [{ path: 'keyType' }] });
  });
});

describe('a host certificate', () => {
  it('names its hosts, and stands in the inventory like any other', async () => {
    const issued = await issue(platform, authority, { commonName: 'a.corp.test', ...host({ subAltNames: { names: [...dns('b.corp.test').subAltNames.names, { nameType: 'IPAddress', value: '192.0.2.7' }] } }) });
    const names = ['a.corp.test', 'b.corp.test', '192.0.2.7'];
    const slug = authority.name.replaceAll(' ', '');
    expect(issued).toMatchObject({
      cn: 'a.corp.test',
      issuer: slug,
      name: expect.stringMatching(new RegExp(`^SAN-a\\.corp\\.test-${slug}-\\d{8}-\\d{8}-[0-9A-F]+$`)),
      owner: 'payments@corp.test',
      san: true,
      bits: 256,
      keyType: 'ECCPRIME256V1',
      status: null,
      hasPrivateKey: true,
      chain: authority.authorityCertificate.body,
      domains: names.map((name) => ({ name })),
      distinguishedName: 'CN=a.corp.test',
      extensions: { extendedKeyUsage: { useServerAuthentication: true }, ssh: { type: 'host', principals: names } },
    });
    expect(issued.body).toMatch(/^ecdsa-sha2-nistp256-cert-v01@openssh\.com \S+ SAN-a\.corp\.test-\S+ payments@corp\.test$/);
    expect(read(issued)).toMatchObject({ kind: 'host', principals: names, serialHex: issued.serialHex, keyId: `${issued.name} payments@corp.test` });
    expect(await platform.call('gateway', getCertificate, { id: issued.id }, { principal: admin })).toEqual(issued);
    for (const filter of ['name;b.corp.test', 'cn;a.corp.test', `issuer;${authority.name}`, `serial;${issued.serial}`]) {
      const { items } = await platform.call('gateway', listCertificates, { ...everything, filter }, { principal: admin });
      expect([filter, items.map(({ id }) => id)]).toEqual([filter, expect.arrayContaining([issued.id])]);
    }
  });

  it('is bound to the allowed domains, and to names of hosts', async () => {
    await expect(issue(platform, authority, { commonName: 'evil.example', ...host() }, rivera)).rejects.toMatchObject({ fields: [{ path: 'commonName' }] });
    await issue(platform, authority, { commonName: 'fine.corp.test', ...host() }, rivera);
    await expect(issue(platform, authority, { commonName: 'A Person', ...host(dns('a.corp.test')) })).rejects.toMatchObject({ fields: [{ path: 'commonName' }] });
    const mail = { subAltNames: { names: [{ nameType: 'rfc822Name', value: 'a@corp.test' }] } };
    await expect(issue(platform, authority, { commonName: 'a.corp.test', ...host(mail) })).rejects.toMatchObject({ fields: [{ path: 'extensions.subAltNames.names' }] });
    await expect(issue(platform, authority, { commonName: 'a.corp.test', ...host({ ssh: { principals: ['x'] } }) })).rejects.toMatchObject({ fields: [{ path: 'extensions.ssh.principals' }] });
  });
});

describe('a user certificate', () => {
  it('is for the one who asks, for a day, whatever its common name', async () => {
    const issued = await issue(platform, authority, { commonName: 'laptop', ...client() }, rivera);
    expect(issued).toMatchObject({ cn: 'rivera', userId: 7, domains: [], san: null, extensions: { extendedKeyUsage: { useClientAuthentication: true }, ssh: { principals: ['rivera'] } } });
    const hours = (Date.parse(issued.notAfter) - Date.parse(issued.notBefore)) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThan(24.2);
  });

  it('is for others when the authority lets it: by role, by option, by administrators', async () => {
    const open = await anSshAuthority({ plugin: { slug: 'openssh-issuer', pluginOptions: [{ name: 'allowed_principals', value: 'deploy' }] } });
    const principals = ['rivera', 'operators', 'deploy'];
    expect(read(await issue(platform, open, client({ ssh: { principals } }), rivera)).principals).toEqual(principals);
    await expect(issue(platform, open, client({ ssh: { principals: ['root'] } }), rivera)).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('"root"') });
    expect(read(await issue(platform, open, client({ ssh: { principals: ['root'] } }))).principals).toEqual(['root']);
  });

  it('carries command, addresses, extensions and key id as they were asked for', async () => {
    const ssh = { keyId: 'ticket 4711', criticalOptions: { forceCommand: 'uptime', sourceAddress: ['192.0.2.0/24'] }, extensions: ['permit-pty'] };
    const issued = await issue(platform, authority, { name: 'night shift', ...client({ ssh }) }, rivera);
    expect(issued).toMatchObject({ name: 'night-shift', extensions: { ssh } });
    expect(read(issued)).toMatchObject({ keyId: 'ticket 4711', criticalOptions: ssh.criticalOptions, extensions: ['permit-pty'] });
    await expect(issue(platform, authority, client({ ssh: { criticalOptions: { sourceAddress: ['192.0.2.1/24'] } } }))).rejects.toMatchObject({ fields: [{ path: 'extensions.ssh.criticalOptions.sourceAddress' }] });
    await expect(issue(platform, authority, client(dns('a.corp.test')))).rejects.toMatchObject({ fields: [{ path: 'extensions.subAltNames.names' }] });
  });

  sshIt('comes with a private key that ssh-keygen reads, of each type', async () => {
    for (const keyType of ['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'ED25519']) {
      const issued = await issue(platform, authority, { keyType, ...client() }, rivera);
      const { key } = await platform.call('gateway', viewCertificateKey, { id: issued.id }, { principal: rivera });
      expect(key).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
      const [, , comment] = keygen(['-y', '-f', 'key'], { key: key ?? '' }).trim().split(' ');
      expect(comment).toBe(issued.name);
      expect(keygen(['-L', '-f', 'key-cert.pub'], { 'key-cert.pub': `${issued.body}\n` })).toContain(`Key ID: "${issued.name} payments@corp.test"`);
      expect(keygen(['-l', '-f', 'key'], { key: key ?? '' }).split(' ')[1]).toBe(keygen(['-l', '-f', 'c.pub'], { 'c.pub': `${issued.body}\n` }).split(' ')[1]);
    }
  });
});

it('certifies the key of a certificate request, with the template of the request beside it', async () => {
  const asked = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes', '-keyout', 'key', '-subj', '/CN=csr.corp.test', '-addext', 'subjectAltName=DNS:other.corp.test'];
  const issued = await issue(platform, authority, { csr: openssl(asked), ...host() });
  expect(read(issued)).toMatchObject({ kind: 'host', keyType: 'ECCSECP384R1', principals: ['csr.corp.test', 'other.corp.test'] });
  expect(issued.hasPrivateKey).toBe(false);
  const weak = openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1', '-nodes', '-keyout', 'key', '-subj', '/CN=csr.corp.test']);
  await expect(issue(platform, authority, { csr: weak, ...host() })).rejects.toMatchObject({ fields: [{ path: 'csr' }] });
});

it('asks for one of the two templates', async () => {
  const usages: Record<string, boolean>[] = [{}, { useServerAuthentication: true, useClientAuthentication: true }, { useCodeSigning: true }];
  for (const extendedKeyUsage of usages) {
    await expect(issue(platform, authority, { commonName: 'a.corp.test', ...withoutYears, extensions: { extendedKeyUsage } })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/"Server Certificate".*"Client Certificate"/),
    });
  }
});

it('takes nothing of SSH at an X.509 authority, and nothing of X.509 at an SSH authority', async () => {
  const root = await anAuthority(platform);
  await expect(issue(platform, root, { extensions: { ssh: { principals: ['root'] } } })).rejects.toMatchObject({ fields: [{ path: 'extensions.ssh' }] });
  await expect(upload(platform, { body: root.authorityCertificate.body, authority: { id: authority.id } })).rejects.toMatchObject({ reason: 'certificate.format' });
  const issued = await issue(platform, authority, client(), rivera);
  for (const slug of ['openssl-export', 'java-truststore-jks']) {
    const fault = await platform.call('gateway', exportCertificate, { id: issued.id, plugin: { slug, pluginOptions: [] } }, { principal: rivera }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', reason: 'certificate.format' });
  }
});

describe('the key revocation list', () => {
  const krlOf = async ({ id }: { id: number }) => {
    const { krl, version } = await platform.call('gateway', readKeyRevocationList, { id }, { principal: { kind: 'system', service: 'gateway' } });
    const list = parseKrl(Buffer.from(krl, 'base64'));
    expect(list.version).toBe(BigInt(version));
    return list;
  };

  it('names what was revoked, grows in version, and names compromised keys', async () => {
    const own = await anSshAuthority();
    const [kept, lost, stolen] = await Promise.all([1, 2, 3].map(() => issue(platform, own, client(), rivera)));
    expect((await krlOf(own)).certificates).toEqual([]);
    await platform.call('gateway', revokeCertificate, { id: lost!.id, comments: null, crlReason: 'cessationOfOperation' }, { principal: rivera });
    const first = await krlOf(own);
    expect(first.certificates.map(({ serials }) => serials.map(String))).toEqual([[lost!.serial]]);
    expect(first.keyHashes).toEqual([]);
    await platform.call('gateway', revokeCertificate, { id: stolen!.id, comments: null, crlReason: 'keyCompromise' }, { principal: rivera });
    const second = await krlOf(own);
    expect(second.version > first.version).toBe(true);
    expect(second.certificates[0]?.serials.map(String).sort()).toEqual([lost!.serial, stolen!.serial].sort());
    expect(second.keyHashes).toHaveLength(1);
    expect(second.certificates[0]?.serials.map(String)).not.toContain(kept!.serial);
  });

  it('is one of SSH authorities alone', async () => {
    const root = await anAuthority(platform);
    await expect(krlOf(root)).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(krlOf({ id: 999_999 })).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('has every SSH certificate in the journal of the key vault, and finds those without a row', async () => {
  const issued = await issue(platform, authority, client(), rivera);
  const journal = await platform.database('keyvault').query('select purpose, actor from signing_journal where serial_hex = $1', [issued.serialHex]);
  expect(journal).toEqual([{ purpose: 'ssh', actor: 'rivera@corp.test' }]);

  await platform.database('issuer').query('delete from certificate_log where certificate_id = $1', [issued.id]);
  await platform.database('issuer').query('delete from certificate where id = $1', [issued.id]);
  const { app } = platform.service('issuer');
  const config = { ...app.get<IssuerConfig>(CONFIG), issueLimitSeconds: 0 };
  const clock = { now: () => new Date() };
  await new ReconcileKeyvault(app.get(RpcClient), app.get(ReconcileRepository), clock, createLogger({ level: 'silent' }), config).run({}, { signal: new AbortController().signal });
  const kept = await platform.database('issuer').query('select serial_hex, authority_id from orphan_signature');
  expect(kept).toEqual([{ serial_hex: issued.serialHex, authority_id: authority.id }]);
});
