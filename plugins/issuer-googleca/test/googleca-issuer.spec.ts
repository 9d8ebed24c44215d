import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, outageChecks, testRequest, type TestContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { startGoogle } from './stand-in-google.js';

const now = new Date('2026-11-22T10:00:00Z');
let google: Awaited<ReturnType<typeof startGoogle>>;

// Address and key are filled in once the stand-in listens.
const options = [
  { name: 'Project', value: 'example-project' },
  { name: 'Location', value: 'europe-west1' },
  { name: 'CAPool', value: 'servers' },
  { name: 'CAName', value: 'issuing-ca' },
  { name: 'service_account_key', value: 'later' },
  { name: 'url', value: 'http://127.0.0.1:1' },
];
const make = (given: Record<string, unknown> = {}, context: TestContext = google.context()): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context);

let defaults: (typeof google)['settings'];
beforeAll(async () => {
  google = await startGoogle(() => now);
  Object.assign(options[4] ?? {}, { value: JSON.stringify(google.keyFile) });
  Object.assign(options[5] ?? {}, { value: google.url });
  defaults = { ...google.settings };
});
beforeEach(() => void Object.assign(google.settings, defaults));
afterAll(() => google.stop());

const authorityRequest: IssuerAuthorityRequest = {
  name: 'Google',
  parent: null,
  keyType: 'ECCPRIME256V1',
  subjectDer: encodeName(subjectFrom({ commonName: 'Google' })),
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
  return { id: 1, name: 'Google', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'ECCPRIME256V1', options: {} };
}

const dated = { notBefore: now, notAfter: new Date('2027-01-01T00:00:00Z') };

async function issued(issuer: Issuer, changes: Parameters<typeof testRequest>[1] = {}) {
  const authority = await authorityOf(issuer);
  const request = testRequest(authority, { ...dated, ...changes });
  const outcome = await issuer.createCertificate(request);
  if (outcome.status !== 'issued') throw new Error(outcome.status);
  return { ...outcome, authority, request };
}

describeIssuer({ plugin, options, context: () => google.context(), readsCsrOnly: true, decides: { dates: true }, prepare: authorityOf });

describeChecks('googleca-issuer in an outage', outageChecks, {
  run: async (url, canary) => {
    google.settings.token = canary;
    await make({ url }).check?.();
  },
});

describe('googleca-issuer', () => {
  it('takes certificate and chain of the CA, and refuses to make one below another', async () => {
    const outcome = await make().createAuthority?.(authorityRequest);
    expect(outcome).toMatchObject({ keyId: null, externalId: null, roleNames: ['Google_admin', 'Google_operator'] });
    expect([outcome?.certificateDer ?? Buffer.alloc(0), ...(outcome?.chainDer ?? [])].map((der) => parseCertificate(der).cn)).toEqual(['Stand-in Issuing CA', 'Stand-in Root']);
    await expect(make().createAuthority?.({ ...authorityRequest, parent: await authorityOf(make()) })).rejects.toMatchObject({ reason: 'issuer.no_sub_authorities' });
  });

  it.each(['DISABLED', 'STAGED', 'AWAITING_USER_ACTIVATION', 'DELETED'])('names the state of a CA that is %s', async (state) => {
    google.settings.state = state;
    const expected = { code: 'failed_precondition', message: expect.stringContaining(`"issuing-ca" is ${state}`) };
    await expect(make().check?.()).rejects.toMatchObject(expected);
    await expect(make().createAuthority?.(authorityRequest)).rejects.toMatchObject(expected);
  });

  it('asks for a lifetime in seconds up to the end that was asked for, from the CA that the options name', async () => {
    const notAfter = new Date('2026-12-24T11:22:33.900Z');
    const { externalId, certificateDer, request } = await issued(make(), { notAfter });
    expect(google.creations.at(-1)).toMatchObject({ lifetime: `${32 * 86_400 + 4_953}s`, certificateId: externalId, requestId: request.requestId });
    expect(externalId).toMatch(/^www_example_test-[0-9a-f]{46}$/);
    expect(parseCertificate(certificateDer).notAfter).toEqual(new Date('2026-12-24T11:22:33Z'));
  });

  it('refuses an end that is over before anything is sent', async () => {
    const issuer = make();
    const request = testRequest(await authorityOf(issuer), { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: now });
    const before = google.requests.length;
    await expect(issuer.createCertificate(request)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('over already') });
    expect(google.requests).toHaveLength(before);
  });

  it('finds what a repeated request made when its answer was lost', async () => {
    const issuer = make();
    const request = testRequest(await authorityOf(issuer), dated);
    google.settings.losesAnswer = true;
    await expect(issuer.createCertificate(request)).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('UNAVAILABLE') });
    google.settings.losesAnswer = false;
    const before = google.creations.length;
    const outcome = await issuer.createCertificate(request);
    expect(outcome).toMatchObject({ status: 'issued', externalId: google.creations.at(-1)?.certificateId });
    expect(google.creations).toHaveLength(before);
  });

  it('does not take the certificate of another key for its own', async () => {
    const issuer = make();
    const { authority, request } = await issued(issuer);
    await expect(issuer.createCertificate(testRequest(authority, { ...dated, requestId: request.requestId }))).rejects.toMatchObject({ code: 'upstream_failed', reason: 'issuer.foreign_key' });
  });

  it('knows a certificate by the id that Google chose', async () => {
    google.settings.refusal = { body: { name: 'projects/p/locations/l/caPools/c/certificates/20261122-abc', pemCertificate: google.ca.issuingPem } };
    const issuer = make();
    const authority: IssuerAuthority = { id: 1, name: 'Google', version: '1', certificateDer: google.ca.issuingDer, chainDer: [google.ca.rootDer], keyId: null, keyType: 'ECCPRIME256V1', options: {} };
    const request = testRequest(authority, dated);
    Object.assign(google.settings.refusal.body ?? {}, { pemCertificate: parsePem(google.ca.sign(request.csrDer)) });
    expect(await issuer.createCertificate(request)).toMatchObject({ externalId: '20261122-abc' });
  });

  it.each([
    ['unspecified', 'REVOCATION_REASON_UNSPECIFIED'],
    ['keyCompromise', 'KEY_COMPROMISE'],
    ['aACompromise', 'ATTRIBUTE_AUTHORITY_COMPROMISE'],
  ])('revokes for the reason %s', async (reason, named) => {
    const issuer = make();
    const { authority, certificateDer, externalId } = await issued(issuer);
    await issuer.revoke?.({ authority, certificateDer, externalId, reason, comments: '' });
    expect(google.revocations.at(-1)).toMatchObject({ id: externalId, reason: named });
  });

  it('takes a certificate that is revoked already for revoked, and a full resource name for its id', async () => {
    const issuer = make();
    const { authority, certificateDer, externalId } = await issued(issuer);
    const revocation = { authority, certificateDer, externalId: google.kept.get(externalId ?? '')?.name ?? null, reason: 'superseded', comments: '' };
    await issuer.revoke?.(revocation);
    const before = google.revocations.length;
    await issuer.revoke?.(revocation);
    expect(google.revocations).toHaveLength(before);
  });

  it('tells why Google does not revoke', async () => {
    const issuer = make();
    const { authority, certificateDer, externalId } = await issued(issuer);
    const revocation = { authority, certificateDer, externalId, reason: 'superseded', comments: '' };
    await expect(issuer.revoke?.({ ...revocation, externalId: 'unknown' })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('NOT_FOUND') });
    await expect(issuer.revoke?.({ ...revocation, externalId: null })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'googleca.no_id' });
    await expect(issuer.revoke?.({ ...revocation, externalId: 'a:b?c' })).rejects.toMatchObject({ reason: 'googleca.no_id' });
    await expect(issuer.revoke?.({ ...revocation, reason: 'removeFromCRL' })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('removeFromCRL') });
  });

  it('names the permissions that are missing when the authority is saved, and passes where they cannot be asked', async () => {
    await make().check?.();
    google.settings.permissions = null;
    await make().check?.();
    google.settings.permissions = ['privateca.certificates.create', 'privateca.certificates.get'];
    await expect(make().check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('lacks privateca.certificates.update on the CA pool "servers"') });
  });

  it('repeats the words of Google', async () => {
    const issuer = make();
    const request = testRequest(await authorityOf(issuer), dated);
    google.settings.refusal = { status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED', message: "Permission 'privateca.certificates.create' denied" } } };
    await expect(issuer.createCertificate(request)).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining("PERMISSION_DENIED: Permission 'privateca.certificates.create' denied") });
    google.settings.refusal = { status: 429, headers: { 'retry-after': '11' }, body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded' } } };
    await expect(issuer.createCertificate(request)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 11_000 });
  });

  it.each(['..', '.hidden', 'a/b', 'a b', 'a?b', '', 'a'.repeat(64)])('refuses the name %j, which would lead elsewhere', (CAPool) => {
    expect(() => make({ CAPool })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});

const parsePem = (der: Uint8Array): string => `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;

describe('the access token', () => {
  const grants = () => google.requests.filter(({ path }) => path === '/token').length;

  it('is asked for once, and again shortly before its end', async () => {
    const context = google.context();
    const issuer = make({}, context);
    const before = grants();
    await issuer.check?.();
    await issuer.check?.();
    expect(grants()).toBe(before + 1);
    google.settings.expiresIn = 40;
    const short = make({}, context);
    await short.check?.();
    context.clock.advance(19_000);
    await short.check?.();
    expect(grants()).toBe(before + 2);
    context.clock.advance(2_000);
    await short.check?.();
    expect(grants()).toBe(before + 3);
  });

  it('is asked for anew when Google no longer takes it', async () => {
    const issuer = make();
    await issuer.check?.();
    google.valid.clear();
    google.settings.token = 'ya29.second';
    await issuer.check?.();
    expect(google.requests.at(-1)?.headers.authorization).toBe('Bearer ya29.second');
  });

  it.each<[string, object, string]>([
    ['an account that is gone', { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid grant: account not found' } }, 'failed_precondition'],
    ['a client that may not', { status: 401, body: { error: 'unauthorized_client' } }, 'permission_denied'],
    ['an outage', { status: 500, body: 'oops' }, 'upstream_failed'],
    ['a page', { status: 200, body: '<html>' }, 'upstream_failed'],
    ['too many requests', { status: 429, headers: { 'retry-after': '3' }, body: '{}' }, 'rate_limited'],
  ])('tells of %s at the token service', async (_what, tokenAnswer, code) => {
    Object.assign(google.settings, { tokenAnswer });
    await expect(make().check?.()).rejects.toMatchObject({ code, message: expect.stringContaining("Google's token service answered") });
  });

  it('does not repeat what signs in', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const fault = await make({ service_account_key: JSON.stringify({ ...google.keyFile, private_key: other }) }).check?.().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('invalid_grant') });
    google.settings.echoes = true;
    await expect(make().check?.()).rejects.toMatchObject({ message: expect.stringMatching(/refused \*\*\*$/) });
  });
});

describe('the key of the service account', () => {
  const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

  it.each<[string, () => string, string]>([
    ['the path of a file', () => '/etc/lemur/google.json', 'GOOGLE_APPLICATION_CREDENTIALS_FILE'],
    ['no JSON', () => 'canary-in-text', 'is not JSON'],
    ['half of it', () => '{"private_key": "canary', 'is not JSON'],
    ['no object', () => '"canary"', 'is not a JSON object'],
    ['credentials of a person', () => JSON.stringify({ type: 'authorized_user', refresh_token: 'canary' }), 'type'],
    ['a token address without TLS', () => JSON.stringify({ ...google.keyFile, token_uri: 'http://oauth2.example.test/token' }), 'token_uri has to be an https address'],
    ['a key that is none', () => JSON.stringify({ ...google.keyFile, private_key: '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----' }), 'no RSA key'],
    ['an EC key', () => JSON.stringify({ ...google.keyFile, private_key: ecKey() }), 'no RSA key'],
  ])('is refused when it is %s', async (_what, text, words) => {
    const before = google.requests.length;
    const fault = await make({ service_account_key: text() }).check?.().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(words) });
    expect(`${String(fault)} ${String((fault as Error).cause)}`).not.toContain('canary');
    expect(google.requests).toHaveLength(before);
  });
});
