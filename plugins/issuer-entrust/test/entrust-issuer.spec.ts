import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startEntrust, subjectOf } from '@sifaka/ca-clients/stand-in';
import { parseCertificate } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, loopbackOutbound, outageChecks, standInCa, testContext, testRequest } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const now = new Date('2026-11-22T10:00:00Z');
const context = () => testContext({ now, outbound: loopbackOutbound() });
let entrust: Awaited<ReturnType<typeof startEntrust>>;

// Address and CA are filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'certificate', value: 'later' },
  { name: 'api_user', value: 'api' },
  { name: 'api_password', value: 'entrust-pass' },
  { name: 'requester_name', value: 'Platform' },
  { name: 'requester_email', value: 'pki@example.test' },
  { name: 'requester_phone', value: '+49 30 0' },
];
const make = (given: Record<string, unknown> = {}): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context());

beforeAll(async () => {
  entrust = await startEntrust({ now: () => now });
  Object.assign(options[0] ?? {}, { value: entrust.url });
  Object.assign(options[1] ?? {}, { value: `${entrust.ca.issuingPem}\n${entrust.ca.rootPem}` });
});
beforeEach(() => void Object.assign(entrust.settings, { needsApproval: false }));
afterAll(() => entrust.stop());

const authorityRequest: IssuerAuthorityRequest = {
  name: 'Entrust',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: subjectOf('Example'),
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
  return { id: 1, name: 'Entrust', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

async function issued(issuer: Issuer, changes: Parameters<typeof testRequest>[1] = {}, keyType?: string) {
  const authority = await authorityOf(issuer);
  const outcome = await issuer.createCertificate(testRequest(authority, changes, keyType));
  if (outcome.status !== 'issued') throw new Error(outcome.status);
  return { ...outcome, authority };
}

describeIssuer({ plugin, options, context, readsCsrOnly: true, decides: { dates: true }, prepare: authorityOf });

describeChecks('entrust-issuer in an outage', outageChecks, { run: async (url, canary) => make({ url, api_password: canary }).check?.() });

describe('entrust-issuer', () => {
  it('finds the approved organization of the subject, and lists those there are when it is none of them', async () => {
    await issued(make());
    expect(entrust.orders.at(-1)).toMatchObject({ clientId: 42, org: 'Example' });
    const issuer = make();
    const request = testRequest(await authorityOf(issuer), { subjectDer: subjectOf('Other') });
    await expect(issuer.createCertificate(request)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('no approved organization "Other"; it has Other (PENDING), Example (APPROVED)') });
  });

  it('does not look for the organization when the client is given', async () => {
    const before = entrust.requests.filter(({ path }) => path === '/organizations').length;
    await issued(make({ client_id: 42 }));
    expect(entrust.requests.filter(({ path }) => path === '/organizations')).toHaveLength(before);
  });

  it('waits for an approval', async () => {
    entrust.settings.needsApproval = true;
    const issuer = make();
    const authority = await authorityOf(issuer);
    const asked = testRequest(authority);
    const pending = await issuer.createCertificate(asked);
    expect(pending).toEqual({ status: 'pending', settledBy: 'poll', externalId: expect.stringMatching(/^9\d{3}$/), until: new Date('2026-12-22T10:00:00Z') });
    if (pending.status !== 'pending') throw new Error(pending.status);
    const reference = { authority, externalId: pending.externalId, csrDer: asked.csrDer };
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'pending' });
    Object.assign(entrust.certificates.get(pending.externalId ?? '') ?? {}, { status: 'ACTIVE' });
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'issued', externalId: pending.externalId });
    Object.assign(entrust.certificates.get(pending.externalId ?? '') ?? {}, { status: 'DECLINED' });
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'rejected', reason: expect.stringContaining('DECLINED') });
  });

  it('does not lose an order whose certificate cannot be read', async () => {
    entrust.settings.answersGarbage = true;
    try {
      const issuer = make();
      expect(await issuer.createCertificate(testRequest(await authorityOf(issuer)))).toMatchObject({ status: 'pending', settledBy: 'poll', externalId: expect.stringMatching(/^9\d{3}$/) });
    } finally {
      entrust.settings.answersGarbage = false;
    }
  });

  it.each<[boolean, string[], string]>([
    [false, ['1.3.6.1.5.5.7.3.1'], 'SERVER_AND_CLIENT_AUTH'],
    [true, ['1.3.6.1.5.5.7.3.1'], 'SERVER_AUTH'],
    [true, ['1.3.6.1.5.5.7.3.2'], 'CLIENT_AUTH'],
    [true, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'], 'SERVER_AND_CLIENT_AUTH'],
  ])('orders the usage (inferred: %s) of %j as %s', async (infers, extendedKeyUsage, eku) => {
    await issued(make({ infer_eku: infers }), { extensions: { extendedKeyUsage, subjectAltNames: [{ type: 'dns', value: 'www.example.test' }] } });
    expect(entrust.orders.at(-1)?.eku).toBe(eku);
  });

  it('orders at most thirteen months', async () => {
    await issued(make(), { notAfter: new Date('2029-01-01T00:00:00Z') });
    expect(entrust.orders.at(-1)?.certExpiryDate).toBe('2027-12-22');
  });

  it('uses the cross-signed chain for the key type that it is for', async () => {
    const rsa = standInCa(now, 'Cross RSA');
    const issuer = make({ cross_signed_rsa: rsa.issuingPem });
    expect((await issued(issuer, {}, 'RSA2048')).chainDer.map((der) => parseCertificate(der).cn)).toEqual(['Cross RSA Issuing CA']);
    expect((await issued(issuer, {}, 'ECCPRIME256V1')).chainDer.map((der) => parseCertificate(der).cn)).toEqual(['Stand-in Issuing CA', 'Stand-in Root']);
  });

  it('revokes with reason and comment', async () => {
    const issuer = make();
    const { authority, certificateDer, externalId } = await issued(issuer);
    await issuer.revoke?.({ authority, certificateDer, externalId, reason: 'keyCompromise', comments: 'stolen' });
    expect(entrust.revocations.at(-1)).toEqual({ id: externalId, body: { crlReason: 'keyCompromise', revocationComment: 'stolen' } });
  });

  it('deactivates in test accounts alone, and what is active alone', async () => {
    const { authority, certificateDer, externalId } = await issued(make());
    await expect(make().deactivate?.({ authority, certificateDer, externalId })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('staging_account') });
    const staging = make({ staging_account: true });
    await staging.deactivate?.({ authority, certificateDer, externalId });
    expect(entrust.certificates.get(externalId ?? '')?.status).toBe('DEACTIVATED');
    const before = entrust.requests.length;
    await staging.deactivate?.({ authority, certificateDer, externalId });
    expect(entrust.requests).toHaveLength(before + 1);
  });

  it('presents the client certificate where the account asks for one', async () => {
    const strict = await startEntrust({ now: () => now, requiresClientCertificate: true });
    try {
      // Its own TLS certificate is trusted through the system in production; here through the context of the test.
      const trusting = testContext({ now, outbound: { ...loopbackOutbound(), fetchWith: (trust) => loopbackOutbound().fetchWith({ ...trust, caPem: strict.ca.rootPem }) } });
      const given = { ...Object.fromEntries(options.map(({ name, value }) => [name, value])), url: strict.url };
      await plugin.create({ ...given, client_certificate: strict.client.cert, client_key: strict.client.key }, trusting).check?.();
      await expect(plugin.create(given, trusting).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('client certificate required') });
    } finally {
      await strict.stop();
    }
  });
});
