import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, loopbackOutbound, outageChecks, testContext, testRequest } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { startVault } from './stand-in-vault.js';

const now = new Date('2026-11-22T10:00:00Z');
const context = () => testContext({ now, outbound: loopbackOutbound() });
let vault: Awaited<ReturnType<typeof startVault>>;
// Options are needed before the stand-in listens: they are filled in once it does.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'role', value: 'web' },
  { name: 'token', value: 's.good' },
];

beforeAll(async () => {
  vault = await startVault({ now: () => now });
  Object.assign(options[0] ?? {}, { value: vault.url });
});
afterAll(() => vault.stop());

const make = (given: Record<string, unknown> = {}): Issuer => plugin.create({ url: vault.url, role: 'web', token: 's.good', ...given }, context());

const authorityRequest: IssuerAuthorityRequest = {
  name: 'Vault web',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'Vault web' })),
  extensions: {},
  notBefore: now,
  notAfter: new Date('2030-01-01T00:00:00Z'),
  hash: null,
  options: {},
  requestId: 'authority-1',
};

async function authorityOf(issuer: Issuer): Promise<IssuerAuthority> {
  const outcome = await issuer.createAuthority?.(authorityRequest);
  if (outcome === undefined) throw new Error('no authority');
  return { id: 1, name: 'Vault web', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

describeIssuer({ plugin, options, context, readsCsrOnly: true, decides: { dates: true }, prepare: authorityOf });

describeChecks('vault-issuer in an outage', outageChecks, { run: async (url, canary) => plugin.create({ url, role: 'web', token: canary }, context()).check?.() });

describe('vault-issuer', () => {
  it('takes the CA and its root from the engine', async () => {
    const authority = await authorityOf(make());
    expect([authority.certificateDer, ...authority.chainDer].map((der) => parseCertificate(der).cn)).toEqual(['Stand-in Issuing CA', 'Stand-in Root']);
  });

  it('asks for the validity that was asked for, and takes what the role allows', async () => {
    const issuer = make();
    const authority = await authorityOf(issuer);
    for (const [days, got] of [[10, 10], [400, 90]] as const) {
      const outcome = await issuer.createCertificate(testRequest(authority, { notAfter: new Date(now.getTime() + days * 86_400_000) }));
      if (outcome.status !== 'issued') throw new Error(outcome.status);
      expect(parseCertificate(outcome.certificateDer).notAfter).toEqual(new Date(now.getTime() + got * 86_400_000));
    }
  });

  it('revokes by the serial number as Vault writes it, and says when Vault does not know it', async () => {
    const issuer = make();
    const authority = await authorityOf(issuer);
    const outcome = await issuer.createCertificate(testRequest(authority));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    await issuer.revoke?.({ authority, certificateDer: outcome.certificateDer, externalId: outcome.externalId, reason: 'superseded', comments: '' });
    expect(vault.revoked).toEqual([outcome.externalId]);
    const foreign = issuer.revoke?.({ authority, certificateDer: vault.ca.rootDer, externalId: null, reason: 'superseded', comments: '' });
    await expect(foreign).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('not found') });
  });

  it('logs in with AppRole once, and again when Vault forgot the token', async () => {
    const issuer = make({ auth_method: 'approle', token: undefined, role_id: 'role-1', secret_id: 'secret-1' });
    const before = vault.logins();
    await issuer.check?.();
    await issuer.check?.();
    expect(vault.logins()).toBe(before + 1);
    vault.forgetLogins();
    await issuer.check?.();
    expect(vault.logins()).toBe(before + 2);
  });

  it('says which credentials were refused, and shows none of them', async () => {
    const issuer = make({ auth_method: 'approle', token: undefined, role_id: 'role-1', secret_id: 'wrong-secret' });
    const fault = await issuer.check?.().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'permission_denied', message: expect.stringContaining('role_id and secret_id at approle') });
    expect(String(fault)).not.toContain('wrong-secret');
  });

  it('says which policy is missing when the authority is saved, not when the first certificate is revoked', async () => {
    await expect(make({ token: 's.poor' }).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('"update" on pki/revoke: it has deny') });
  });

  it('asks for the credentials of the method by their names', () => {
    expect(() => plugin.create({ url: vault.url, role: 'web', auth_method: 'approle' }, context())).toThrow(/role_id: is required for method approle/);
  });
});
