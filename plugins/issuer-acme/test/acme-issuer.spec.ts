import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { certificatePem, encodeName, parseCertificate, subjectFrom, type GeneralName } from '@sifaka/pki';
import { parsePluginOptions, type AcmeAccountSettings, type AcmeClient, type IssuerAuthority, type IssuerAuthorityRequest, type IssuerCertificateRequest, type Plugin } from '@sifaka/plugin-sdk';
import { describePlugin, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import acmeIssuer, { acmeAutoIssuer, acmeHttpIssuer } from '../src/index.js';
import { wellKnownCas, wellKnownRoot } from '../src/well-known-cas.js';

const path = testPath('ECCPRIME256V1');
const [issuingDer, rootDer] = path.chainDer;
const pem = path.chainDer.toReversed().map(certificatePem).join('\n');
const acmeUrl = 'https://ca.corp.test/directory';
const required = [
  { name: 'acme_url', value: acmeUrl },
  { name: 'certificate', value: pem },
];

describePlugin({ plugin: acmeIssuer, options: required });
describePlugin({ plugin: acmeHttpIssuer, options: [...required, { name: 'tokenDestination', value: 7 }] });
describePlugin({ plugin: acmeAutoIssuer, options: required });

/** An ACME service that remembers what it was asked. */
function anAcme(answer: { profiles?: Record<string, string>; fault?: AppError } = {}): AcmeClient & { opened: AcmeAccountSettings[]; revoked: unknown[]; answer: typeof answer } {
  const opened: AcmeAccountSettings[] = [];
  const revoked: unknown[] = [];
  return {
    answer,
    opened,
    revoked,
    openAccount: async (settings) => {
      opened.push(settings);
      if (answer.fault !== undefined) throw answer.fault;
      return { accountUrl: 'https://ca.corp.test/account/1', status: 'valid', profiles: answer.profiles ?? {} };
    },
    revoke: async (request) => void revoked.push(request),
  };
}

function issuer(options: Record<string, unknown> = {}, acme = anAcme(), plugin: Plugin<'issuer'> = acmeIssuer) {
  const given = Object.entries({ acme_url: acmeUrl, certificate: pem, ...options }).map(([name, value]) => ({ name, value }));
  return plugin.create(parsePluginOptions(plugin, given), testContext({ acme, now: new Date('2026-11-22T10:00:00Z') }));
}

const authority: IssuerAuthority = { id: 4, name: 'Corp ACME', version: '1', certificateDer: issuingDer!, chainDer: [rootDer!], keyId: null, keyType: 'ECCPRIME256V1', options: {} };

const request = (names: GeneralName[], commonName = 'www.example.test'): IssuerCertificateRequest => ({
  authority,
  csrDer: new Uint8Array(),
  subjectPublicKeyDer: new Uint8Array(),
  subjectDer: encodeName(commonName === '' ? [] : subjectFrom({ commonName })),
  extensions: { subjectAltNames: names },
  notBefore: new Date('2026-11-22T00:00:00Z'),
  notAfter: new Date('2027-11-22T00:00:00Z'),
  hash: null,
  requester: null,
  requestId: 'r',
});

const authorityRequest = (parent: IssuerAuthority | null = null): IssuerAuthorityRequest => ({
  name: 'Corp ACME',
  parent,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'Corp ACME' })),
  extensions: {},
  notBefore: new Date('2026-11-22T00:00:00Z'),
  notAfter: new Date('2030-11-22T00:00:00Z'),
  hash: null,
  options: {},
  requestId: 'a',
});

const dns = (value: string): GeneralName => ({ type: 'dns', value });

describe('acme-issuer', () => {
  it("opens the authority's account with everything that the options say, and files the CA's certificate", async () => {
    const acme = anAcme();
    const made = issuer({ email: 'pki@example.test', eab_kid: 'kid', eab_hmac_key: 'c2VjcmV0', acme_private_key: '{"kty":"EC"}', acme_regr: '{"uri":"https://ca.corp.test/account/1"}', ca_bundle: pem, verify_tls: 'false' }, acme);
    const outcome = await made.createAuthority?.(authorityRequest());
    expect(acme.opened).toEqual([
      {
        authority: 'Corp ACME',
        directoryUrl: acmeUrl,
        email: 'pki@example.test',
        caPem: pem,
        isVerified: false,
        eab: { kid: 'kid', hmacKey: 'c2VjcmV0' },
        existing: { privateKeyJwk: '{"kty":"EC"}', registration: '{"uri":"https://ca.corp.test/account/1"}' },
      },
    ]);
    expect(outcome).toMatchObject({ keyId: null, roleNames: ['Corp ACME_admin', 'Corp ACME_operator'] });
    expect([outcome!.certificateDer, ...outcome!.chainDer].map((der) => parseCertificate(der).fingerprintSha256)).toEqual([issuingDer!, rootDer!].map((der) => parseCertificate(der).fingerprintSha256));
  });

  it('takes blanks for "not given", as clients of Lemur send them', async () => {
    const acme = anAcme();
    const blanks = { telephone: '', email: '', store_account: true, eab_kid: '', eab_hmac_key: '', acme_private_key: '', acme_regr: '', preferred_issuer: '', profile: '', ca_bundle: '', drop_last_cert_from_chain: 'false' };
    await issuer(blanks, acme).createAuthority?.(authorityRequest());
    expect(acme.opened[0]).toMatchObject({ email: null, caPem: null, isVerified: true, eab: null, existing: null });
  });

  it('has half an external binding refused, by the name of what is missing', () => {
    expect(() => issuer({ eab_kid: 'kid' })).toThrow(/eab_hmac_key.*is required with eab_kid/);
    expect(() => issuer({ eab_hmac_key: 'c2VjcmV0' })).toThrow(/eab_kid.*is required with eab_hmac_key/);
  });

  it('refuses a profile that the CA does not offer, and names those that it does', async () => {
    const acme = anAcme({ profiles: { classic: 'as ever', shortlived: 'six days' } });
    for (const attempt of [issuer({ profile: 'tlsserver' }, acme).check?.(), issuer({ profile: 'tlsserver' }, acme).createAuthority?.(authorityRequest())]) {
      await expect(attempt).rejects.toMatchObject({ code: 'failed_precondition', message: 'profile: "tlsserver" is not offered by the CA, which offers classic, shortlived', fields: [{ path: 'plugin.pluginOptions.profile' }] });
    }
    await expect(issuer({ profile: 'classic' }, acme).check?.()).resolves.toBeUndefined();
    await expect(issuer({ profile: 'classic' }).check?.()).rejects.toMatchObject({ message: expect.stringContaining('offers none') });
  });

  it('checks the connection without an authority', async () => {
    const acme = anAcme();
    await issuer({}, acme).check?.();
    expect(acme.opened).toMatchObject([{ authority: null, directoryUrl: acmeUrl }]);
    await expect(issuer({}, anAcme({ fault: new AppError('upstream_failed', 'ca.corp.test could not be reached: no') })).check?.()).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it('knows the roots of well-known CAs, and asks for any other', async () => {
    for (const { directoryUrl, roots } of wellKnownCas) expect(parseCertificate(wellKnownRoot(directoryUrl)!).cn).toBe(roots[0]);
    const outcome = await issuer({ acme_url: 'https://acme-v02.api.letsencrypt.org/directory', certificate: '' }).createAuthority?.(authorityRequest());
    expect(parseCertificate(outcome!.certificateDer)).toMatchObject({ cn: 'ISRG Root X1', isSelfSigned: true });
    const acme = anAcme();
    await expect(issuer({ certificate: '' }, acme).createAuthority?.(authorityRequest())).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/^certificate: is needed for ca\.corp\.test: paste the root certificate/),
    });
    expect(acme.opened).toEqual([]);
  });

  it('makes no authority below another one', async () => {
    await expect(issuer().createAuthority?.(authorityRequest(authority))).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('below "Corp ACME"') });
  });

  it.each([
    [acmeIssuer, 'dns-01', null],
    [acmeHttpIssuer, 'http-01', 'edge'],
    [acmeAutoIssuer, 'auto', 'edge'],
  ] as const)('leaves certificates to an order: %#', async (plugin, challenge, tokenDestination) => {
    const made = issuer({ preferred_issuer: 'Root R', profile: 'classic', drop_last_cert_from_chain: true, ...(tokenDestination !== null && { tokenDestination }) }, anAcme({ profiles: { classic: '' } }), plugin);
    expect(await made.createCertificate(request([dns('www.example.test')]))).toEqual({
      status: 'pending',
      settledBy: 'order',
      externalId: null,
      until: new Date('2026-11-23T10:00:00Z'),
      order: { challenge, preferredIssuer: 'Root R', dropsLastCertificate: true, profile: 'classic', tokenDestination },
    });
  });

  it('looks after the account once, and again after a fault', async () => {
    const acme = anAcme({ fault: new AppError('upstream_timeout', 'no answer') });
    const made = issuer({}, acme);
    await expect(made.createCertificate(request([dns('a.test')]))).resolves.toMatchObject({ status: 'pending' });
    delete acme.answer.fault;
    await Promise.all([1, 2, 3].map(() => made.createCertificate(request([dns('a.test')]))));
    expect(acme.opened).toHaveLength(2);
    acme.answer.fault = new AppError('failed_precondition', 'eab_kid: unknown');
    await expect(issuer({}, acme).createCertificate(request([dns('a.test')]))).rejects.toMatchObject({ message: 'eab_kid: unknown' });
  });

  it.each<[string, Plugin<'issuer'>, GeneralName[], string, RegExp]>([
    ['a wildcard by HTTP-01', acmeHttpIssuer, [dns('*.example.test')], 'x', /wildcard \(\*\.example\.test\) is proved by DNS-01 alone/],
    ['an address by DNS-01', acmeIssuer, [{ type: 'ip', value: '192.0.2.1' }], 'x', /address \(192\.0\.2\.1\) is proved by HTTP-01 alone/],
    ['an e-mail address', acmeAutoIssuer, [{ type: 'email', value: 'a@example.test' }], 'x', /DNS names and IP addresses, the request has a name of type email/],
    ['nothing', acmeAutoIssuer, [], '', /names nothing/],
  ])('rejects %s with its reason', async (_what, plugin, names, commonName, reason) => {
    expect(await issuer({}, anAcme(), plugin).createCertificate(request(names, commonName))).toEqual({ status: 'rejected', reason: expect.stringMatching(reason) });
  });

  it('has certificates revoked', async () => {
    const acme = anAcme();
    await issuer({}, acme).revoke?.({ authority, certificateDer: path.certificateDer, externalId: null, reason: 'keyCompromise', comments: '' });
    expect(acme.revoked).toEqual([{ authority: 'Corp ACME', certificateDer: path.certificateDer, reason: 'keyCompromise' }]);
  });

  it("shows Lemur's options under Lemur's names", () => {
    const lemur = ['acme_url', 'telephone', 'email', 'certificate', 'store_account', 'eab_kid', 'eab_hmac_key', 'acme_private_key', 'acme_regr', 'drop_last_cert_from_chain'];
    const descriptors = acmeHttpIssuer.pluginOptions();
    expect(descriptors.map(({ name }) => name)).toEqual(expect.arrayContaining([...lemur, 'tokenDestination']));
    expect(acmeIssuer.pluginOptions().map(({ name }) => name)).not.toContain('tokenDestination');
    const of = (name: string) => descriptors.find((descriptor) => descriptor.name === name);
    expect(of('acme_url')).toMatchObject({ required: true, type: 'str' });
    expect(of('certificate')).toMatchObject({ required: false, type: 'textarea' });
    expect(of('acme_private_key')).toMatchObject({ type: 'textarea', sensitive: true });
    expect(of('eab_hmac_key')).toMatchObject({ sensitive: true });
    expect(of('tokenDestination')).toMatchObject({ type: 'destinationSelect', required: false });
    expect(descriptors.filter(({ required: isRequired }) => isRequired).map(({ name }) => name)).toEqual(['acme_url']);
  });
});
