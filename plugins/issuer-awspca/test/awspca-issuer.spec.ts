import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certificatePem, encodeName, parseCertificate, parseCsr, subjectFrom } from '@sifaka/pki';
import { describeWithPeers, startMoto, type Moto } from '@sifaka/peers';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, followUpChecks, loopbackOutbound, outageChecks, startStandIn, testContext, testRequest, standInCa } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { makeMotoCa } from './moto-ca.js';

const arn = 'arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555';
const context = () => testContext({ now: new Date(), outbound: loopbackOutbound() });
const keys = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'wJalrXUtnFEMI' };

const authorityRequest = (): IssuerAuthorityRequest => ({
  name: 'AWS',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'AWS' })),
  extensions: {},
  notBefore: new Date(),
  notAfter: new Date(Date.now() + 365 * 86_400_000),
  hash: null,
  options: {},
  requestId: 'authority-1',
});

async function authorityOf(issuer: Issuer): Promise<IssuerAuthority> {
  const outcome = await issuer.createAuthority?.(authorityRequest());
  if (outcome === undefined) throw new Error('no authority');
  return { id: 1, name: 'AWS', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'RSA2048', options: {} };
}

describeWithPeers(['moto'], 'awspca-issuer with moto', () => {
  let moto: Moto;
  // Filled in once moto listens.
  const options = [
    { name: 'ca_arn', value: arn },
    { name: 'endpoint', value: 'http://127.0.0.1:1' },
    { name: 'access_key_id', value: keys.access_key_id },
    { name: 'secret_access_key', value: keys.secret_access_key },
  ];
  const make = (given: Record<string, unknown> = {}): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context());

  beforeAll(async () => {
    moto = await startMoto();
    Object.assign(options[0] ?? {}, { value: await makeMotoCa(moto.url) });
    Object.assign(options[1] ?? {}, { value: moto.url });
  }, 90_000);
  afterAll(() => moto.stop());

  // moto gives every certificate a year, and the common name for its only other name.
  describeIssuer({
    plugin,
    options,
    context,
    readsCsrOnly: true,
    decides: { dates: true, names: true, keyIdentifiers: true },
    keyTypes: ['RSA2048', 'ECCPRIME256V1', 'ECCSECP384R1'],
    prepare: authorityOf,
  });

  it('assumes the role in the account of the CA', async () => {
    await make({ role: 'Certificates', external_id: 'x-1' }).check?.();
  });

  it('names the certificate by its ARN, and revokes it by its serial number', async () => {
    const issuer = make();
    const authority = await authorityOf(issuer);
    const outcome = await issuer.createCertificate(testRequest(authority));
    if (outcome.status !== 'issued') throw new Error(outcome.status);
    expect(outcome.externalId).toMatch(/^arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority\/.*\/certificate\//);
    await issuer.revoke?.({ authority, certificateDer: outcome.certificateDer, externalId: outcome.externalId, reason: 'superseded', comments: '' });
  });

  it('says that the CA is not there', async () => {
    await expect(make({ ca_arn: arn }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('ResourceNotFoundException') });
  });
});

/** What moto does not do: answer later, repeat a request, refuse rights. From the API reference of AWS Private CA. */
describe('awspca-issuer', () => {
  const ca = standInCa();
  const state = { asked: 0, hasFailed: false, inputs: [] as Record<string, unknown>[], status: 'ACTIVE', denies: '' };

  const started = () =>
    startStandIn(({ headers, json, text }) => {
      const operation = String(headers['x-amz-target']).replace('ACMPrivateCA.', '');
      state.inputs.push({ operation, ...(json as object) });
      const refuse = (type: string, message: string) => ({ status: 400, body: { __type: type, message } });
      if (text.includes('Action=AssumeRole')) return { status: 403, headers: { 'content-type': 'text/xml' }, body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform sts:AssumeRole</Message></Error></ErrorResponse>' };
      if (operation === state.denies) return refuse('AccessDeniedException', `not authorized to perform: acm-pca:${operation}`);
      if (operation === 'DescribeCertificateAuthority') return { body: { CertificateAuthority: { Status: state.status, CertificateAuthorityConfiguration: { KeyAlgorithm: 'EC_prime256v1', SigningAlgorithm: 'SHA256WITHECDSA' } } } };
      if (operation === 'GetCertificateAuthorityCertificate') return { body: { Certificate: ca.issuingPem, CertificateChain: ca.rootPem } };
      if (operation === 'IssueCertificate') return { body: { CertificateArn: `${arn}/certificate/1` } };
      if (operation === 'RevokeCertificate') return refuse('RequestAlreadyProcessedException', 'already revoked');
      if (state.hasFailed) return refuse('RequestFailedException', 'the template does not fit');
      state.asked += 1;
      if (state.asked < 3) return refuse('RequestInProgressException', 'the certificate is being issued');
      const { Csr: csr } = state.inputs.findLast(({ operation: each }) => each === 'IssueCertificate') as { Csr: string };
      return { body: { Certificate: certificatePem(ca.sign(parseCsr(Buffer.from(csr, 'base64').toString()).der)), CertificateChain: [ca.issuingPem, ca.rootPem].join('\n') } };
    });
  const make = (endpoint: string, given: Record<string, unknown> = {}): Issuer => plugin.create({ ca_arn: arn, endpoint, assumes_role: false, ...keys, ...given }, context());

  it('waits while AWS issues, asks with the hash of the request, and repeats a request under the same token', async () => {
    const aws = await started();
    try {
      const issuer = make(aws.url);
      const authority = await authorityOf(issuer);
      const request = testRequest(authority, { hash: 'sha384' });
      const pending = await issuer.createCertificate(request);
      expect(pending).toMatchObject({ status: 'pending', settledBy: 'poll', externalId: `${arn}/certificate/1`, retryAfterMs: 1_000 });
      expect(state.inputs.findLast(({ operation }) => operation === 'IssueCertificate')).toMatchObject({
        SigningAlgorithm: 'SHA384WITHECDSA',
        IdempotencyToken: request.requestId,
        TemplateArn: 'arn:aws:acm-pca:::template/EndEntityCertificate_CSRPassthrough/V1',
      });
      const reference = { authority, externalId: `${arn}/certificate/1`, csrDer: request.csrDer };
      expect(await issuer.poll?.(reference)).toMatchObject({ status: 'pending' });
      const outcome = await issuer.poll?.(reference);
      if (outcome?.status !== 'issued') throw new Error(outcome?.status);
      expect([outcome.certificateDer, ...outcome.chainDer].map((der) => parseCertificate(der).cn)).toEqual(['www.example.test', 'Stand-in Issuing CA', 'Stand-in Root']);
    } finally {
      await aws.stop();
    }
  });

  it('says that AWS gave a request up', async () => {
    const aws = await started();
    state.hasFailed = true;
    try {
      const issuer = make(aws.url);
      const authority = await authorityOf(issuer);
      const reference = { authority, externalId: `${arn}/certificate/1`, csrDer: testRequest(authority).csrDer };
      expect(await issuer.poll?.(reference)).toEqual({ status: 'rejected', reason: expect.stringContaining('the template does not fit') });
    } finally {
      state.hasFailed = false;
      await aws.stop();
    }
  });

  it('takes a certificate that is revoked already for revoked, and names a reason that AWS does not know', async () => {
    const aws = await started();
    try {
      const issuer = make(aws.url);
      const authority = await authorityOf(issuer);
      const revocation = { authority, certificateDer: ca.issuingDer, externalId: null, reason: 'superseded', comments: '' };
      await issuer.revoke?.(revocation);
      await expect(issuer.revoke?.({ ...revocation, reason: 'certificateHold' })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('certificateHold') });
    } finally {
      await aws.stop();
    }
  });

  it('names a missing right, a role that may not be assumed, and a CA that is not active, when the authority is saved', async () => {
    const aws = await started();
    try {
      state.denies = 'DescribeCertificateAuthority';
      await expect(make(aws.url).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('acm-pca:DescribeCertificateAuthority') });
      state.denies = '';
      await expect(make(aws.url, { assumes_role: true }).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('sts:AssumeRole') });
      state.status = 'DISABLED';
      await expect(make(aws.url).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('is DISABLED') });
    } finally {
      await aws.stop();
    }
  });
});

describeChecks(
  'awspca-issuer in an outage',
  // AWS says how long to wait in no header.
  outageChecks.filter(({ title }) => !title.includes('too many')),
  { run: async (url, canary) => plugin.create({ ca_arn: arn, endpoint: url, assumes_role: false, access_key_id: keys.access_key_id, secret_access_key: canary }, context()).check?.() },
);

const certificateArn = `${arn}/certificate/1`;

describeChecks('awspca-issuer with a certificate that AWS issues', followUpChecks, {
  externalId: certificateArn,
  issue: async (refusal) => {
    const ca = standInCa();
    const answers: Record<string, object> = {
      DescribeCertificateAuthority: { CertificateAuthority: { Status: 'ACTIVE', CertificateAuthorityConfiguration: { KeyAlgorithm: 'EC_prime256v1', SigningAlgorithm: 'SHA256WITHECDSA' } } },
      GetCertificateAuthorityCertificate: { Certificate: ca.issuingPem, CertificateChain: ca.rootPem },
      IssueCertificate: { CertificateArn: certificateArn },
    };
    const aws = await startStandIn(({ headers }) => {
      const body = answers[String(headers['x-amz-target']).replace('ACMPrivateCA.', '')];
      return body === undefined ? refusal : { body };
    });
    const issuer = plugin.create({ ca_arn: arn, endpoint: aws.url, assumes_role: false, ...keys }, context());
    return issuer.createCertificate(testRequest(await authorityOf(issuer))).finally(() => aws.stop());
  },
});
