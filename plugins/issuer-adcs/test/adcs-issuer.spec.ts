import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { adcsAccount as account, startAdcs } from '@sifaka/ca-clients/stand-in';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, followUpChecks, loopbackOutbound, standInCa, startStandIn, testContext, testRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

type Adcs = Awaited<ReturnType<typeof startAdcs>>;

const now = new Date('2026-11-22T10:00:00Z');
const context = () => testContext({ now, outbound: loopbackOutbound() });

const authorityRequest: IssuerAuthorityRequest = {
  name: 'ADCS',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'ADCS' })),
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
  return { id: 1, name: 'ADCS', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

const logins: [string, Parameters<typeof startAdcs>[0]['auth'], (adcs: Adcs) => Record<string, string>][] = [
  ['a password', 'basic', () => ({ user: account.user, password: account.password })],
  ['NTLM and a domain', 'ntlm', () => ({ user: `${account.domain}\\${account.user}`, password: account.password })],
  ['a client certificate', 'cert', ({ client }) => ({ client_certificate: client.cert, client_key: client.key })],
];

describe.each(logins)('adcs-issuer with %s', (_what, auth, credentials) => {
  let adcs: Adcs;
  // Filled in once the stand-in listens.
  const options: { name: string; value: unknown }[] = [
    { name: 'auth_method', value: auth },
    { name: 'template', value: 'WebServer' },
    { name: 'server', value: '127.0.0.1' },
    { name: 'ca_bundle', value: 'later' },
    { name: 'user', value: account.user },
    { name: 'password', value: account.password },
    ...(auth === 'cert' ? [{ name: 'client_certificate', value: 'later' }, { name: 'client_key', value: 'later' }] : []),
  ];
  const make = (given: Record<string, unknown> = {}): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context());

  beforeAll(async () => {
    adcs = await startAdcs({ auth, decision: 'issued' });
    const values: Record<string, string> = { server: adcs.server, ca_bundle: adcs.ca.rootPem, ...credentials(adcs) };
    for (const option of options) option.value = values[option.name] ?? option.value;
  });
  beforeEach(() => void Object.assign(adcs.settings, { decision: 'issued' }));
  afterAll(() => adcs.stop());

  describeIssuer({ plugin, options, context, readsCsrOnly: true, decides: { dates: true }, prepare: authorityOf });

  it('passes the connection check, and fails it with other credentials without showing them', async () => {
    await make().check?.();
    const other = auth === 'cert' ? { auth_method: 'basic', user: 'nobody', password: 'secret-word-9' } : { password: 'secret-word-9' };
    const fault = await make(other).check?.().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'permission_denied' });
    expect(String(fault)).not.toContain('secret-word-9');
  });

  it('waits for the approval that a template asks for', async () => {
    adcs.settings.decision = 'pending';
    const issuer = make();
    const authority = await authorityOf(issuer);
    const asked = testRequest(authority);
    const pending = await issuer.createCertificate(asked);
    expect(pending).toEqual({ status: 'pending', settledBy: 'poll', externalId: expect.stringMatching(/^\d+$/), until: new Date('2026-12-22T10:00:00Z'), retryAfterMs: 60_000 });
    if (pending.status !== 'pending') throw new Error(pending.status);
    const reference = { authority, externalId: pending.externalId, csrDer: asked.csrDer };
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'pending' });
    Object.assign(adcs.requests.get(pending.externalId ?? '') ?? {}, { status: 'issued' });
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'issued', externalId: pending.externalId });
    Object.assign(adcs.requests.get(pending.externalId ?? '') ?? {}, { status: 'denied' });
    expect(await issuer.poll?.(reference)).toEqual({ status: 'rejected', reason: 'AD CS denied the request: Denied by CORP\\admin' });
  });

  it('repeats why AD CS denied a request', async () => {
    adcs.settings.decision = 'denied';
    const issuer = make();
    expect(await issuer.createCertificate(testRequest(await authorityOf(issuer)))).toEqual({ status: 'rejected', reason: 'AD CS denied the request: Denied by Policy Module' });
  });

  it('names the template that AD CS does not offer', async () => {
    const issuer = make({ template: 'Unknown' });
    expect(await issuer.createCertificate(testRequest(await authorityOf(issuer)))).toMatchObject({ status: 'rejected', reason: expect.stringContaining('CertificateTemplate:Unknown') });
  });
});

/** AD CS that takes a request with one page, and answers the rest with another. */
async function withPages<T>(submitted: StandInAnswer, rest: StandInAnswer, work: (issuer: Issuer, authority: IssuerAuthority) => Promise<T>): Promise<T> {
  const ca = standInCa();
  const standIn = await startStandIn(({ method }) => (method === 'POST' ? submitted : rest), ca.identity());
  const given = { server: standIn.url.replace('https://', ''), ca_bundle: ca.rootPem, template: 'WebServer', auth_method: 'basic', user: account.user, password: account.password };
  const issuer = plugin.create({ ...given, certificate: ca.rootPem, intermediate: ca.issuingPem }, context());
  return authorityOf(issuer).then((authority) => work(issuer, authority)).finally(() => standIn.stop());
}

const issuedPage = { body: '<a href="certnew.cer?ReqID=107&amp;Enc=b64">Base 64 encoded</a>' };

describeChecks('adcs-issuer with a request that is issued', followUpChecks, {
  externalId: '107',
  issue: (refusal) => withPages(issuedPage, refusal, (issuer, authority) => issuer.createCertificate(testRequest(authority))),
});

/** What the enrolment pages say while IIS answers and the certificate service is stopped. */
const stoppedPage = {
  headers: { 'content-type': 'text/html' },
  body: `<html><title>Microsoft Active Directory Certificate Services</title><body><b>Error</b><p>Your request failed. An error occurred while the server was processing your request.
    <p>Request Mode: newreq - New Request<br>Disposition: (never set)<br>Disposition message: (none)<br>Result: The RPC server is unavailable. 0x800706ba (WIN32: 1722)<br>
    COM Error Info: CCertRequest::Submit: The RPC server is unavailable.</body></html>`,
};

describe('adcs-issuer while the certificate service is stopped', () => {
  it.each([
    ['is asked for a certificate', (issuer: Issuer, authority: IssuerAuthority) => issuer.createCertificate(testRequest(authority))],
    ['is asked what became of a request', (issuer: Issuer, authority: IssuerAuthority) => issuer.poll?.({ authority, externalId: '107', csrDer: testRequest(authority).csrDer })],
  ])('takes that for a fault and not for a refusal when it %s', async (_what, ask) => {
    await withPages(stoppedPage, stoppedPage, async (issuer, authority) => {
      await expect(ask(issuer, authority)).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('The RPC server is unavailable. 0x800706ba') });
    });
  });
});

describe('adcs-issuer', () => {
  it('takes the newest chain of the CA, or the certificates that it was given', async () => {
    const adcs = await startAdcs({ auth: 'basic', decision: 'issued' });
    try {
      const given = { server: adcs.server, ca_bundle: adcs.ca.rootPem, template: 'WebServer', user: account.user, password: account.password };
      const asked = await authorityOf(plugin.create(given, context()));
      expect([asked.certificateDer, ...asked.chainDer].map((der) => parseCertificate(der).cn)).toEqual(['Stand-in Issuing CA', 'Stand-in Root']);
      const before = adcs.seen.length;
      await authorityOf(plugin.create({ ...given, certificate: adcs.ca.rootPem, intermediate: adcs.ca.issuingPem }, context()));
      expect(adcs.seen).toHaveLength(before);
    } finally {
      await adcs.stop();
    }
  });

  it('says which login the server offers instead of NTLM', async () => {
    const adcs = await startAdcs({ auth: 'basic', decision: 'issued' });
    try {
      const issuer = plugin.create({ server: adcs.server, ca_bundle: adcs.ca.rootPem, template: 'WebServer', auth_method: 'ntlm', user: account.user, password: account.password }, context());
      await expect(issuer.check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('it offers Basic') });
    } finally {
      await adcs.stop();
    }
  });

  it('says that nobody is there', async () => {
    for (const method of ['basic', 'ntlm']) {
      const issuer = plugin.create({ server: '127.0.0.1:1', template: 'WebServer', auth_method: method, user: 'u', password: 'p' }, context());
      await expect(issuer.check?.()).rejects.toMatchObject({ code: 'unavailable' });
    }
  });

  it('asks for the credentials of the method by their names', () => {
    expect(() => plugin.create({ server: 'adcs.test', template: 'WebServer', auth_method: 'cert' }, context())).toThrow(/client_certificate: is required for method cert/);
  });
});
