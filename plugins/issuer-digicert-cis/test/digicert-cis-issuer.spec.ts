import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cisApiKey, startDigicertCis } from '@sifaka/ca-clients/stand-in';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import {
  describeChecks,
  describeIssuer,
  followUpChecks,
  loopbackOutbound,
  outageChecks,
  standInCa,
  startStandIn,
  testContext,
  testRequest,
} from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const now = new Date('2026-11-22T10:00:00Z');
const context = () => testContext({ now, outbound: loopbackOutbound() });
const cross = standInCa(now, 'Cross');
let standIn: Awaited<ReturnType<typeof startDigicertCis>>;

// Filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'api_key', value: cisApiKey },
  { name: 'profile_name', value: 'servers' },
  { name: 'certificate', value: 'later' },
];
const make = (given: Record<string, unknown> = {}): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context());

beforeAll(async () => {
  standIn = await startDigicertCis(() => now);
  Object.assign(options[0] ?? {}, { value: standIn.url });
  Object.assign(options[3] ?? {}, { value: `${standIn.ca.issuingPem}\n${standIn.ca.rootPem}` });
});
beforeEach(() => void Object.assign(standIn.settings, { issueAfter: 0, revokeStatus: 204 }));
afterAll(() => standIn.stop());

const authorityRequest: IssuerAuthorityRequest = {
  name: 'CIS',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'CIS' })),
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
  return { id: 1, name: 'CIS', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

describeIssuer({ plugin, options, context, readsCsrOnly: true, decides: { dates: true }, prepare: authorityOf });

describeChecks('digicert-cis-issuer in an outage', outageChecks, {
  run: async (url, canary) => {
    const issuer = make({ url, api_key: canary });
    return issuer.createCertificate(testRequest(await authorityOf(issuer)));
  },
});

describeChecks('digicert-cis-issuer with an order', followUpChecks, {
  externalId: 'cis-1',
  issue: async (refusal) => {
    const other = await startStandIn(({ method }) => (method === 'POST' ? { status: 201, body: { id: 'cis-1' } } : refusal));
    const issuer = make({ url: other.url });
    return issuer.createCertificate(testRequest(await authorityOf(issuer))).finally(() => other.stop());
  },
});

describe('digicert-cis-issuer', () => {
  it('waits while the certificate is not issued, and fetches it once it is', async () => {
    standIn.settings.issueAfter = 2;
    const issuer = make();
    const authority = await authorityOf(issuer);
    const asked = testRequest(authority);
    const pending = await issuer.createCertificate(asked);
    expect(pending).toMatchObject({ status: 'pending', settledBy: 'poll', retryAfterMs: 1_000, until: new Date('2026-11-29T10:00:00Z') });
    if (pending.status !== 'pending') throw new Error(pending.status);
    const reference = { authority, externalId: pending.externalId, csrDer: asked.csrDer };
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'pending' });
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'issued', externalId: pending.externalId });
  });

  it('goes over the cross-signed certificate where there is one', async () => {
    const issuer = make({ alternate_chain: cross.issuingPem });
    const outcome = await issuer.createCertificate(testRequest(await authorityOf(issuer)));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    expect(outcome.chainDer.map((der) => parseCertificate(der).cn)).toEqual(['Stand-in Issuing CA', 'Cross Issuing CA']);
  });

  it('orders no more than the longest validity, with the hash that the authority forces', async () => {
    const issuer = make({ max_validity_days: 30, signing_hash: 'sha512', use_csr_fields: true });
    const outcome = await issuer.createCertificate(testRequest(await authorityOf(issuer), { notAfter: new Date('2028-01-01T00:00:00Z') }));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    expect(parseCertificate(outcome.certificateDer).notAfter).toEqual(new Date('2026-12-22T10:00:00Z'));
    expect(standIn.requests.findLast(({ method }) => method === 'POST')?.json).toMatchObject({ signature_hash: 'sha512', use_csr_fields: true, organization: { name: 'Example' } });
  });

  it('revokes by id, and takes nothing but 204 for it', async () => {
    const issuer = make();
    const authority = await authorityOf(issuer);
    const outcome = await issuer.createCertificate(testRequest(authority));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    const revocation = { authority, certificateDer: outcome.certificateDer, externalId: outcome.externalId, reason: 'superseded', comments: 'new one' };
    await issuer.revoke?.(revocation);
    expect(standIn.revoked.at(-1)).toEqual({ id: outcome.externalId, body: { comments: 'new one (superseded)' } });
    standIn.settings.revokeStatus = 200;
    await expect(issuer.revoke?.(revocation)).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('200 instead of 204') });
  });

  it('checks the key when the authority is saved', async () => {
    await make().check?.();
    await expect(make({ api_key: 'other' }).check?.()).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('repeats what the service says of a profile that is not there', async () => {
    const issuer = make({ profile_name: 'unknown' });
    await expect(issuer.createCertificate(testRequest(await authorityOf(issuer)))).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('profile_name') });
  });
});
