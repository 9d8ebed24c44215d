import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { digicertApiKey as apiKey, startDigicert } from '@sifaka/ca-clients/stand-in';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, followUpChecks, loopbackOutbound, outageChecks, startStandIn, testContext, testRequest } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const now = new Date('2026-11-22T10:00:00Z');
const context = () => testContext({ now, outbound: loopbackOutbound() });
let digicert: Awaited<ReturnType<typeof startDigicert>>;

// Filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'api_key', value: apiKey },
  { name: 'organization_id', value: 17 },
  { name: 'order_type', value: 'ssl_plus' },
  { name: 'certificate', value: 'later' },
];
const make = (given: Record<string, unknown> = {}): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context());

beforeAll(async () => {
  digicert = await startDigicert({ now: () => now });
  Object.assign(options[0] ?? {}, { value: digicert.url });
  Object.assign(options[4] ?? {}, { value: [digicert.ca.rootPem, digicert.ca.issuingPem].join('\n') });
});
beforeEach(() => void Object.assign(digicert.settings, { issueAfter: 1 }));
afterAll(() => digicert.stop());

const authorityRequest: IssuerAuthorityRequest = {
  name: 'DigiCert',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'DigiCert' })),
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
  return { id: 1, name: 'DigiCert', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

describeIssuer({ plugin, options, context, readsCsrOnly: true, decides: { dates: true }, prepare: authorityOf });

describeChecks('digicert-issuer in an outage', outageChecks, { run: async (url, canary) => make({ url, api_key: canary }).check?.() });

describeChecks('digicert-issuer with an order that is issued at once', followUpChecks, {
  externalId: '1001',
  issue: async (refusal) => {
    const standIn = await startStandIn(({ method }) => (method === 'POST' ? { status: 201, body: { id: 1001, certificate_id: 6001 } } : refusal));
    const issuer = make({ url: standIn.url });
    return issuer.createCertificate(testRequest(await authorityOf(issuer))).finally(() => standIn.stop());
  },
});

describe('an order', () => {
  it('that is issued at once brings the certificate with the order', async () => {
    digicert.settings.issueAfter = 0;
    const issuer = make();
    const outcome = await issuer.createCertificate(testRequest(await authorityOf(issuer)));
    expect(outcome).toMatchObject({ status: 'issued', externalId: expect.stringMatching(/^6\d{3}$/) });
  });

  it('that somebody has to approve stays pending under its number, and is named by the certificate once it is there', async () => {
    digicert.settings.issueAfter = null;
    const issuer = make({ wait_days: 10 });
    const authority = await authorityOf(issuer);
    const asked = testRequest(authority);
    const pending = await issuer.createCertificate(asked);
    expect(pending).toEqual({ status: 'pending', settledBy: 'poll', externalId: expect.stringMatching(/^1\d{3}$/), until: new Date('2026-12-02T10:00:00Z'), retryAfterMs: 5_000 });
    if (pending.status !== 'pending') throw new Error(pending.status);
    const reference = { authority, externalId: pending.externalId, csrDer: asked.csrDer };
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'pending' });
    digicert.settings.issueAfter = 1;
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'issued', externalId: String(Number(pending.externalId) + 5_000) });
  });

  it('that was rejected there is rejected here, in words', async () => {
    digicert.settings.issueAfter = null;
    const issuer = make();
    const authority = await authorityOf(issuer);
    const asked = testRequest(authority);
    const pending = await issuer.createCertificate(asked);
    if (pending.status !== 'pending') throw new Error(pending.status);
    Object.assign(digicert.orders.get(pending.externalId ?? '') ?? {}, { status: 'rejected' });
    expect(await issuer.poll?.({ authority, externalId: pending.externalId, csrDer: asked.csrDer })).toEqual({ status: 'rejected', reason: `DigiCert's order ${pending.externalId} is rejected` });
  });

  it('can be cancelled, also when it is gone', async () => {
    digicert.settings.issueAfter = null;
    const issuer = make();
    const authority = await authorityOf(issuer);
    const asked = testRequest(authority);
    const pending = await issuer.createCertificate(asked);
    if (pending.status !== 'pending') throw new Error(pending.status);
    await issuer.cancel?.({ authority, externalId: pending.externalId, csrDer: asked.csrDer });
    expect(digicert.orders.get(pending.externalId ?? '')?.status).toBe('canceled');
    await issuer.cancel?.({ authority, externalId: '999999', csrDer: asked.csrDer });
  });

  it('is placed once: the same request again is refused by DigiCert and not paid twice', async () => {
    const issuer = make();
    const asked = testRequest(await authorityOf(issuer));
    await issuer.createCertificate(asked);
    await expect(issuer.createCertificate(asked)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('already in use') });
  });

  it('ends on the day that was asked for, and not after the longest validity', async () => {
    digicert.settings.issueAfter = 0;
    const issuer = make({ max_validity_days: 100 });
    const authority = await authorityOf(issuer);
    for (const [asked, got] of [['2027-01-31T08:00:00Z', '2027-01-31T23:59:59.000Z'], ['2028-01-31T08:00:00Z', '2027-03-02T23:59:59.000Z']] as const) {
      const outcome = await issuer.createCertificate(testRequest(authority, { notAfter: new Date(asked) }));
      if (outcome.status !== 'issued') throw new Error(outcome.status);
      expect(parseCertificate(outcome.certificateDer).notAfter.toISOString()).toBe(got);
    }
  });
});

describe('revocation', () => {
  it('goes by the id of the certificate, with reason and comment', async () => {
    digicert.settings.issueAfter = 0;
    const issuer = make();
    const authority = await authorityOf(issuer);
    const outcome = await issuer.createCertificate(testRequest(authority));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    await issuer.revoke?.({ authority, certificateDer: outcome.certificateDer, externalId: outcome.externalId, reason: 'keyCompromise', comments: 'lost laptop' });
    expect(digicert.revoked.at(-1)).toEqual({ id: outcome.externalId, body: { comments: 'lost laptop (keyCompromise)', revocation_reason: 'key_compromise' } });
  });

  it('of a certificate without id is refused', async () => {
    const issuer = make();
    const authority = await authorityOf(issuer);
    await expect(issuer.revoke?.({ authority, certificateDer: digicert.ca.issuingDer, externalId: null, reason: 'superseded', comments: '' })).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});

describe('the connection check', () => {
  it.each([
    ['a key that DigiCert does not know', { api_key: 'wrong-key-77' }, { code: 'permission_denied', message: /API key \*\*\* is not valid/ }],
    ['an organization that is not there', { organization_id: 4 }, { code: 'failed_precondition', message: /Organization not found/ }],
    ['a product that cannot be ordered', { order_type: 'ssl_minus' }, { code: 'failed_precondition', message: /cannot order "ssl_minus"; it can order ssl_plus, private_ssl_plus/ }],
  ])('names %s', async (_what, given, { code, message }) => {
    await expect(make(given).check?.()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
