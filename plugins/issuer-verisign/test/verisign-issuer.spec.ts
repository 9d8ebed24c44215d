import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { viceStatusCodes as statusCodes } from '@sifaka/ca-clients';
import { startVerisign, viceRefusal as refusal, viceResponse as response } from '@sifaka/ca-clients/stand-in';
import { encodeName, parseCertificate, subjectFrom } from '@sifaka/pki';
import type { Issuer, IssuerAuthority, IssuerAuthorityRequest } from '@sifaka/plugin-sdk';
import { describeChecks, describeIssuer, outageChecks, standInCa, testRequest, type TestContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const now = new Date('2026-11-22T10:00:00Z');
let verisign: Awaited<ReturnType<typeof startVerisign>>;
let defaults: (typeof verisign)['settings'];

// Address, client certificate and CA are filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'client_pem', value: 'later' },
  { name: 'certificate', value: 'later' },
  { name: 'intermediate', value: 'later' },
  { name: 'first_name', value: 'Ada' },
  { name: 'last_name', value: 'Lovelace' },
  { name: 'email', value: 'pki@example.test' },
];
const make = (given: Record<string, unknown> = {}, context: TestContext = verisign.context()): Issuer => plugin.create({ ...Object.fromEntries(options.map(({ name, value }) => [name, value])), ...given }, context);

beforeAll(async () => {
  verisign = await startVerisign(() => now);
  defaults = { ...verisign.settings };
  Object.assign(options[0] ?? {}, { value: verisign.url });
  Object.assign(options[1] ?? {}, { value: verisign.clientPem });
  Object.assign(options[2] ?? {}, { value: verisign.ca.rootPem });
  Object.assign(options[3] ?? {}, { value: verisign.ca.issuingPem });
});
beforeEach(() => void Object.assign(verisign.settings, defaults));
afterAll(() => verisign.stop());

const authorityRequest: IssuerAuthorityRequest = {
  name: 'Verisign',
  parent: null,
  keyType: 'RSA2048',
  subjectDer: encodeName(subjectFrom({ commonName: 'Verisign' })),
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
  return { id: 1, name: 'Verisign', version: '1', certificateDer: outcome.certificateDer, chainDer: outcome.chainDer, keyId: null, keyType: 'RSA2048', options: {} };
}

async function asked(issuer: Issuer, changes: Parameters<typeof testRequest>[1] = {}, keyType?: string) {
  const authority = await authorityOf(issuer);
  const request = testRequest(authority, { notBefore: now, notAfter: new Date('2027-10-01T00:00:00Z'), ...changes }, keyType);
  return { authority, request, outcome: await issuer.createCertificate(request) };
}

describeIssuer({ plugin, options, context: () => verisign.context(), readsCsrOnly: true, decides: { dates: true }, keyTypes: ['RSA2048', 'ECCPRIME256V1'], prepare: authorityOf });

describeChecks('verisign-issuer in an outage', outageChecks, {
  // What is secret and sent is the challenge phrase.
  run: async (url, canary) => {
    const context = verisign.context();
    context.random = () => Buffer.from(canary, 'hex');
    await asked(make({ url }, context));
  },
});

describe('verisign-issuer', () => {
  it('orders what was asked for, for the person and the product that the options name', async () => {
    const { outcome } = await asked(make({ product: 'HAServer', ct_log_option: 'nolog' }), {}, 'RSA2048');
    expect(outcome).toMatchObject({ status: 'issued', externalId: [...verisign.transactions.keys()].at(-1) });
    expect(verisign.orders.at(-1)).toMatchObject({
      challenge: expect.stringMatching(/^[0-9a-f]{24}$/),
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: 'pki@example.test',
      certProductType: 'HAServer',
      serverType: 'Apache',
      validityPeriod: '1Y',
      specificEndDate: '10/01/2027',
      signatureAlgorithm: 'sha256WithRSAEncryption',
      ctLogOption: 'nolog',
      subject_alt_names: 'www.example.test,api.example.test,192.0.2.7',
      csr: expect.stringMatching(/^-----BEGIN CERTIFICATE REQUEST-----/),
    });
  });

  it('defaults to the product Server and public logs, and signs EC keys with ECDSA', async () => {
    await asked(make(), {}, 'ECCPRIME256V1');
    expect(verisign.orders.at(-1)).toMatchObject({ certProductType: 'Server', ctLogOption: 'public', signatureAlgorithm: 'ECDSAwithSHA256' });
  });

  it('never uses a challenge phrase twice, and logs none', async () => {
    const context = verisign.context();
    const issuer = make({}, context);
    await asked(issuer);
    await asked(issuer);
    const challenges = verisign.orders.slice(-2).map(({ challenge }) => challenge);
    expect(new Set(challenges).size).toBe(2);
    for (const challenge of challenges) expect(context.logged.join('\n')).not.toContain(challenge);
  });

  it.each<[string, Parameters<typeof testRequest>[1], string | undefined, RegExp]>([
    ['more than two years', { notAfter: new Date('2028-11-22T10:00:01Z') }, undefined, /two years at most/],
    ['an end that is over', { notAfter: now }, undefined, /over already/],
    ['a key of a type that is not certified', {}, 'ED25519', /RSA and EC keys/],
  ])('refuses %s before anything is sent', async (_what, changes, keyType, message) => {
    const before = verisign.requests.length;
    await expect(asked(make(), changes, keyType)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringMatching(message) });
    expect(verisign.requests).toHaveLength(before);
  });

  it('takes the CA that issues for the authority, and refuses to make one below another', async () => {
    const outcome = await make().createAuthority?.(authorityRequest);
    expect([outcome?.certificateDer ?? Buffer.alloc(0), ...(outcome?.chainDer ?? [])].map((der) => parseCertificate(der).cn)).toEqual(['Stand-in Issuing CA', 'Stand-in Root']);
    await expect(make({ certificate: 'no PEM' }).createAuthority?.(authorityRequest)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(/^certificate:/) });
    await expect(make({ intermediate: 'no PEM' }).createAuthority?.(authorityRequest)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(/^intermediate:/) });
    expect(await make({ intermediate: undefined }).createAuthority?.(authorityRequest)).toMatchObject({ certificateDer: verisign.ca.rootDer, chainDer: [] });
    await expect(make().createAuthority?.({ ...authorityRequest, parent: await authorityOf(make()) })).rejects.toMatchObject({ reason: 'issuer.no_sub_authorities' });
  });

  it('has no way to revoke', () => {
    expect(make()).not.toHaveProperty('revoke');
  });

  it('does not take the certificate of another key for its own', async () => {
    verisign.settings.enroll = response('0x00', `<Certificate>${verisign.ca.issuingPem}</Certificate>`);
    await expect(asked(make())).rejects.toMatchObject({ code: 'upstream_failed', reason: 'issuer.foreign_key' });
  });
});

describe('a status of Verisign', () => {
  const kinds = { refused: 'failed_precondition', denied: 'permission_denied', failed: 'upstream_failed' };

  it.each([...statusCodes].filter(([, { kind }]) => kind !== 'pending'))('%s is told in words', async (code, { kind, text }) => {
    verisign.settings.enroll = refusal(code.toUpperCase().replace('0X', '0x'), 'its own words');
    await expect(asked(make())).rejects.toMatchObject({ code: kinds[kind as keyof typeof kinds], message: `Verisign answered ${code}: ${text} ("its own words")` });
  });

  it('that is not known is told with its number', async () => {
    verisign.settings.enroll = response('0x7777', '', 'Something new');
    await expect(asked(make())).rejects.toMatchObject({ code: 'failed_precondition', message: 'Verisign answered 0x7777: a status that is not known here ("Something new")' });
  });

  it('is read with an HTTP status of an error as well', async () => {
    verisign.settings.enroll = { ...refusal('0x3085', 'no feature'), status: 500 };
    await expect(asked(make())).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('0x3085') });
  });

  it('repeats neither challenge phrase nor key', async () => {
    const context = verisign.context();
    context.random = () => Buffer.from('abcdefghijkl');
    const challenge = Buffer.from('abcdefghijkl').toString('hex');
    verisign.settings.enroll = refusal('0x6000', `bad ${challenge} ${verisign.client.key}`);
    const fault = await asked(make({}, context)).catch((error: unknown) => error);
    expect(String(fault)).toContain('0x6000');
    expect(String(fault)).not.toContain(challenge);
    expect(String(fault)).not.toContain('PRIVATE KEY');
  });
});

describe('an order that waits', () => {
  async function waiting(issuer: Issuer) {
    verisign.settings.needsApproval = true;
    const { outcome, authority, request } = await asked(issuer);
    if (outcome.status !== 'pending') throw new Error(outcome.status);
    return { outcome, reference: { authority, externalId: outcome.externalId, csrDer: request.csrDer } };
  }

  it('is picked up once somebody has approved it', async () => {
    const issuer = make();
    const { outcome, reference } = await waiting(issuer);
    expect(outcome).toEqual({ status: 'pending', settledBy: 'poll', externalId: expect.stringMatching(/^98345f/), until: new Date('2026-12-22T10:00:00Z') });
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'pending', externalId: reference.externalId });
    Object.assign(verisign.transactions.get(reference.externalId ?? '') ?? {}, { state: 'approved' });
    const issued = await issuer.poll?.(reference);
    if (issued?.status !== 'issued') throw new Error(issued?.status);
    expect([issued.certificateDer, ...issued.chainDer].map((der) => parseCertificate(der).cn)).toEqual(['www.example.test', 'Stand-in Issuing CA', 'Stand-in Root']);
  });

  it.each([['0xa00e', 'no units left'], ['0x8134', 'CAA records'], ['0x7778', 'not known here']])('with status %s is pending, under its transaction', async (code, why) => {
    const context = verisign.context();
    verisign.settings.enroll = response(code, '<Transaction_ID>t-1</Transaction_ID>', 'Order is pending');
    expect((await asked(make({ wait_days: 3 }, context))).outcome).toEqual({ status: 'pending', settledBy: 'poll', externalId: 't-1', until: new Date('2026-11-25T10:00:00Z') });
    expect(context.logged.join()).toContain(why);
  });

  it('without a transaction waits for a person', async () => {
    verisign.settings.enroll = refusal('0x8134', 'CAA');
    expect((await asked(make())).outcome).toMatchObject({ status: 'pending', settledBy: 'upload', externalId: null });
  });

  it('that came with nothing to know it by is told, for it may exist', async () => {
    verisign.settings.enroll = response('0x00');
    await expect(asked(make())).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('control center') });
  });

  it('is given up when Verisign no longer knows it, and asked for again after any other fault', async () => {
    const issuer = make();
    const { reference } = await waiting(issuer);
    verisign.settings.pickup = response('0xa00e', '', 'no tokens');
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'pending' });
    verisign.settings.pickup = refusal('0x7779', 'not yet');
    await expect(issuer.poll?.(reference)).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('0x7779') });
    verisign.settings.pickup = refusal('0x3301', 'Bad transaction id');
    expect(await issuer.poll?.(reference)).toMatchObject({ status: 'rejected', reason: expect.stringContaining(reference.externalId ?? '') });
    await expect(issuer.poll?.({ ...reference, externalId: null })).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('is rejected at Verisign when it is cancelled, also twice', async () => {
    const context = verisign.context();
    const issuer = make({}, context);
    const { reference } = await waiting(issuer);
    await issuer.cancel?.(reference);
    expect(verisign.rejected).toEqual([reference.externalId]);
    await issuer.cancel?.(reference);
    expect(context.logged.join()).toContain('not known to Verisign');
    verisign.settings.reject = refusal('0x3101', 'no role');
    await expect(issuer.cancel?.(reference)).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

describe('the check', () => {
  it('proves address and client certificate', async () => {
    await make().check?.();
    expect(verisign.requests.at(-1)).toMatchObject({ method: 'POST', path: '/vswebservices/rest/services/getTokens', clientName: 'administrator' });
    const stranger = verisign.ca.identity('stranger');
    await expect(make({ client_pem: `${stranger.cert}\n${stranger.key}` }).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('Client certificate required') });
    await expect(make({ url: `${verisign.url}/elsewhere` }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('404') });
  });

  it('names the products when the one of the options is not among them', async () => {
    await expect(make({ product: 'GlobalServer' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: 'product: this account has no units of "GlobalServer"; it has AdminID, Server' });
    verisign.settings.units = [];
    await make({ product: 'GlobalServer' }).check?.();
  });

  it('passes with a warning when no units are left', async () => {
    const context = verisign.context();
    verisign.settings.units = [{ type: 'Server', remaining: '0' }];
    await make({}, context).check?.();
    expect(context.logged.join()).toContain('no units left');
  });

  it('tells why the account may not', async () => {
    verisign.settings.tokens = refusal('0x3101', 'Missing role');
    await expect(make().check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('lacks the role') });
  });
});

describe('the client certificate', () => {
  it.each<[string, () => string, string]>([
    ['the path of a file', () => '/etc/lemur/verisign.pem', 'VERISIGN_PEM_PATH_FILE'],
    ['no PEM', () => 'canary', 'is no PEM text'],
    ['a certificate without key', () => verisign.client.cert, 'no private key'],
    ['a key without certificate', () => verisign.client.key, 'holds no certificate'],
    ['the key of another', () => `${verisign.client.cert}\n${standInCa(now).identity('administrator').key}`, 'not that of the certificate'],
    ['a certificate that cannot be read', () => `-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n${verisign.client.key}`, 'certificate that cannot be read'],
  ])('is refused when it is %s', async (_what, text, words) => {
    const before = verisign.requests.length;
    const fault = await make({ client_pem: text() }).check?.().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(words) });
    expect(`${String(fault)} ${String((fault as Error).cause)}`).not.toMatch(/canary|Y2FuYXJ5|BEGIN/);
    expect(verisign.requests).toHaveLength(before);
  });

  it('may stand behind its key', async () => {
    await make({ client_pem: `${verisign.client.key}\n${verisign.client.cert}` }).check?.();
  });
});
