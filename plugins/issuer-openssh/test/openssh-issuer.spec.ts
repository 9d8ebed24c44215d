import { describe, expect, it } from '@jest/globals';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { spkiOfSshKey, verifySshCertificate } from '@sifaka/pki';
import { describePlugin } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { admin, anSshAuthority, anSshIssuer, authorityRequest, issued, later, now, refusal, rivera, sshRequest } from './an-ssh-authority.js';

describePlugin({ plugin, options: [{ name: 'allowed_principals', value: 'deploy, *-readonly' }, { name: 'source_address', value: '192.0.2.0/24' }] });

describe('an SSH authority', () => {
  it.each(['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'ED25519'])('has a key of type %s, and signs for keys of all types', async (keyType) => {
    const { issuer, context } = anSshIssuer();
    const authority = await anSshAuthority(issuer, keyType);
    for (const subject of ['RSA2048', 'ECCPRIME256V1', 'ED25519']) {
      const certificate = await issued(issuer, authority, { keyType: subject });
      expect(certificate).toMatchObject({ keyType: subject, kind: 'user', principals: ['rivera'] });
      expect(certificate.issuerSpki).toEqual(spkiOfSshKey(authority.certificateDer));
      expect(verifySshCertificate(certificate)).toBe(true);
      expect(context.journal.at(-1)).toMatchObject({ purpose: 'ssh', serialHex: certificate.serialHex, tbsDer: certificate.tbs });
    }
  });

  it('is refused with key types that OpenSSH does not know, before a key is made', async () => {
    const { issuer, context } = anSshIssuer();
    await expect(issuer.createAuthority?.(authorityRequest({ keyType: 'ECCSECP256K1' }))).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'keyType' }] });
    expect(context.uses).toEqual([]);
  });

  it('has no authorities below it, and stands below none', async () => {
    const { issuer } = anSshIssuer();
    const parent = await anSshAuthority(issuer);
    await expect(issuer.createAuthority?.(authorityRequest({ parent }))).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('"Corp SSH"') });
  });

  it('gives each certificate a serial number of its own', async () => {
    const { issuer } = anSshIssuer();
    const authority = await anSshAuthority(issuer);
    const serials = await Promise.all(Array.from({ length: 50 }, async () => (await issued(issuer, authority)).serial));
    expect(new Set(serials).size).toBe(50);
  });
});

describe('a host certificate', () => {
  it('names its hosts, and has neither options nor extensions', async () => {
    const { issuer } = anSshIssuer({ force_command: 'true', source_address: '192.0.2.0/24' });
    const certificate = await issued(issuer, await anSshAuthority(issuer), { ssh: { kind: 'host', principals: ['a.corp.test', '192.0.2.7'] } });
    expect(certificate).toMatchObject({ kind: 'host', principals: ['a.corp.test', '192.0.2.7'], criticalOptions: {}, extensions: [] });
    expect(certificate.keyId).toBe(`SAN-a.corp.test-CorpSSH-20261121-20271121-${certificate.serialHex} payments@corp.test`);
    expect([certificate.notBefore, certificate.notAfter]).toEqual([later(-1 / 12), later(365 * 24)]);
  });
});

describe('the validity', () => {
  it('is a day for users and a year for hosts when none is asked, as the authority says, and never beyond its end', async () => {
    const { issuer } = anSshIssuer();
    const authority = await anSshAuthority(issuer);
    expect((await issued(issuer, authority)).notAfter).toEqual(later(24));
    const ending = { ...authority, validity: { notBefore: now, notAfter: later(2) } };
    expect(await issued(issuer, ending)).toMatchObject({ notBefore: now, notAfter: later(2) });
    const short = anSshIssuer({ user_validity_hours: 1, host_validity_days: 2 });
    const other = await anSshAuthority(short.issuer);
    expect((await issued(short.issuer, other)).notAfter).toEqual(later(1));
    expect((await issued(short.issuer, other, { ssh: { kind: 'host', principals: ['a'] } })).notAfter).toEqual(later(48));
  });

  it('is what was asked for, within what the authority allows', async () => {
    const { issuer } = anSshIssuer({ max_user_validity_hours: 8 });
    const authority = await anSshAuthority(issuer);
    const asked = { notBefore: now, notAfter: later(8), ssh: { isValidityAsked: true } };
    expect(await issued(issuer, authority, asked)).toMatchObject({ notBefore: now, notAfter: later(8) });
    expect(await refusal(issuer, authority, { ...asked, notAfter: later(9) })).toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('8 hours') });
    expect(await refusal(issuer, authority, { ...asked, notAfter: now })).toMatchObject({ reason: 'policy.empty_validity' });
    expect((await issued(issuer, authority)).notAfter).toEqual(later(8));
  });
});

describe('the principals of a user certificate', () => {
  it('are the own name, a role shared with the authority, and what the authority allows', async () => {
    const { issuer } = anSshIssuer({ allowed_principals: 'deploy, *-readonly, db*-a*z' });
    const authority = await anSshAuthority(issuer);
    expect((await issued(issuer, authority)).principals).toEqual(['rivera']);
    const principals = ['rivera', 'web-admins', 'deploy', 'shop-readonly', 'db7-abcz'];
    expect((await issued(issuer, authority, { ssh: { principals } })).principals).toEqual(principals);
  });

  it.each(['root', 'deploy2', 'readonly', 'db-az7', 'Rivera', '*'])('are refused by name: %s', async (principal) => {
    const { issuer } = anSshIssuer({ allowed_principals: 'deploy,*-readonly,db*-a*z' });
    const fault = await refusal(issuer, await anSshAuthority(issuer), { ssh: { principals: ['rivera', principal] } });
    expect(fault).toMatchObject({ code: 'permission_denied', reason: 'ssh.not_granted', message: expect.stringContaining(`extensions.ssh.principals: "${principal}"`) });
  });

  it('are free for administrators, the administrators of the authority and its owner', async () => {
    const { issuer } = anSshIssuer();
    const authority = await anSshAuthority(issuer);
    for (const requester of [admin, { ...rivera, authorityRoles: ['Corp SSH_admin'] }, { ...rivera, authorityRoles: ['pki@corp.test'] }]) {
      expect((await issued(issuer, authority, { requester, ssh: { principals: ['root'] } })).principals).toEqual(['root']);
    }
    expect(await refusal(issuer, authority, { requester: { ...rivera, authorityRoles: ['Corp SSH_operator'] }, ssh: { principals: ['root'] } })).toMatchObject({ code: 'permission_denied' });
    expect(await refusal(issuer, authority, { requester: null })).toMatchObject({ code: 'failed_precondition' });
  });
});

describe('what a user certificate may be used for', () => {
  it('is what the authority gives', async () => {
    const { issuer } = anSshIssuer({ force_command: 'backup --pull', source_address: '192.0.2.0/24, 2001:db8::/32', default_extensions: 'permit-pty' });
    const certificate = await issued(issuer, await anSshAuthority(issuer));
    expect(certificate.criticalOptions).toEqual({ forceCommand: 'backup --pull', sourceAddress: ['192.0.2.0/24', '2001:db8::/32'] });
    expect(certificate.extensions).toEqual(['permit-pty']);
  });

  it('can be narrowed by a request, and widened by who is in charge alone', async () => {
    const { issuer } = anSshIssuer({ force_command: 'backup --pull', source_address: '192.0.2.0/24', default_extensions: 'permit-pty,permit-user-rc' });
    const authority = await anSshAuthority(issuer);
    const narrow = await issued(issuer, authority, { ssh: { criticalOptions: { sourceAddress: ['192.0.2.16/28', '192.0.2.1'], verifyRequired: true }, extensions: [] } });
    expect(narrow).toMatchObject({ criticalOptions: { sourceAddress: ['192.0.2.16/28', '192.0.2.1'], forceCommand: 'backup --pull', verifyRequired: true }, extensions: [] });
    const wishes = [{ criticalOptions: { sourceAddress: ['192.0.0.0/16'] } }, { criticalOptions: { sourceAddress: ['2001:db8::1'] } }, { criticalOptions: { forceCommand: 'sh' } }, { extensions: ['permit-agent-forwarding'] }];
    for (const ssh of wishes) {
      expect(await refusal(issuer, authority, { ssh })).toMatchObject({ code: 'permission_denied', message: expect.stringContaining('"Corp SSH"') });
      await issued(issuer, authority, { ssh, requester: admin });
    }
  });
});

it('names certificate and owner in the key id, or what was asked for', async () => {
  const { issuer } = anSshIssuer();
  const authority = await anSshAuthority(issuer);
  const { keyId, serialHex } = await issued(issuer, authority);
  expect(keyId).toBe(`rivera-CorpSSH-20261121-20261122-${serialHex} payments@corp.test`);
  expect((await issued(issuer, authority, { ssh: { name: 'night-shift' } })).keyId).toBe('night-shift payments@corp.test');
  expect((await issued(issuer, authority, { ssh: { keyId: 'ticket 4711' } })).keyId).toBe('ticket 4711');
});

it.each([
  ['allowed_principals', 'two words'],
  ['default_extensions', 'permit-all'],
  ['source_address', '192.0.2.1/24'],
  ['force_command', 'a\nb'],
])('refuses the option %s with the value %j', (name, value) => {
  expect(() => parsePluginOptions(plugin, [{ name, value }])).toThrow(name);
});

it('issues nothing but SSH certificates', async () => {
  const { issuer } = anSshIssuer();
  const { ssh: _ssh, ...request } = sshRequest(await anSshAuthority(issuer));
  await expect(issuer.createCertificate(request)).rejects.toMatchObject({ code: 'failed_precondition' });
});
