import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startEntrust } from '@sifaka/ca-clients/stand-in';
import type { Finding, Source } from '@sifaka/plugin-sdk';
import { certificatesOf, describeChecks, describeSource, faultsOf, findAll, fingerprintOf, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

/** Three pages of three, the last one short. */
const count = 8;

let entrust: Awaited<ReturnType<typeof startEntrust>>;
const ders: Buffer[] = [];
// Filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'api_user', value: 'api' },
  { name: 'api_password', value: 'entrust-pass' },
];
const make = (given: Record<string, unknown> = {}): Source => plugin.create({ url: entrust.url, api_user: 'api', api_password: 'entrust-pass', ...given }, testContext({ outbound: loopbackOutbound() }));

beforeAll(async () => {
  entrust = await startEntrust();
  Object.assign(options[0] ?? {}, { value: entrust.url });
  for (let number = 0; number < count; number += 1) ders.push(entrust.add());
  entrust.add({ status: 'REVOKED' });
  entrust.add({ status: 'PENDING' });
});
afterEach(() => {
  entrust.troubles.clear();
  entrust.settings.offsetOf = 'pages';
});
afterAll(() => entrust.stop());

describeSource({
  plugin,
  options,
  certificates: () => ders.map((der) => ({ fingerprint: fingerprintOf(der), chainLength: 2 })),
  wrongCredentials: [{ name: 'api_password', value: 'wrong-pass-93' }],
  away: [{ name: 'url', value: 'http://127.0.0.1:9' }],
  breakOne: () => {
    entrust.add({ garbage: 'no certificate at all' });
    return async () => void entrust.certificates.delete([...entrust.certificates.keys()].at(-1) ?? '');
  },
});

describeChecks('entrust-source in an outage', outageChecks, { run: async (url, canary) => make({ url, api_password: canary }).check?.() });

describe('entrust-source', () => {
  it('asks for the active certificates of Entrust alone, all pages', async () => {
    const before = entrust.requests.length;
    await findAll(make());
    const pages = entrust.requests.slice(before).filter(({ path }) => path === '/certificates');
    expect(pages.map(({ query }) => query.get('offset'))).toEqual(['0', '1', '2']);
    for (const { query } of pages) expect(Object.fromEntries(query)).toMatchObject({ status: 'ACTIVE', isThirdParty: 'false', fields: 'uri,dn' });
  });

  it('tells tracking id, requester, product and use', async () => {
    const [first] = certificatesOf(await findAll(make()));
    expect(first).toMatchObject({ name: 'www9000.example.test', externalId: '9000', owner: 'ada@example.test', description: 'Entrust STANDARD_SSL, SERVER_AND_CLIENT_AUTH' });
  });

  it('takes no owner that is no mail address', async () => {
    Object.assign(entrust.certificates.get('9000') ?? {}, { requester: 'the web team' });
    const [first] = certificatesOf(await findAll(make()));
    Object.assign(entrust.certificates.get('9000') ?? {}, { requester: 'ada@example.test' });
    expect(first).toMatchObject({ externalId: '9000', owner: null });
  });

  it('finds everything where an offset counts certificates', async () => {
    entrust.settings.offsetOf = 'certificates';
    const findings = await findAll(make());
    expect(certificatesOf(findings).map(({ externalId }) => externalId)).toEqual([...entrust.certificates].filter(([, { status }]) => status === 'ACTIVE').map(([id]) => id));
    for (const finding of findings) if (finding.kind === 'checkpoint') expect(faultsOf(await findAll(make(), { resumeAfter: finding.cursor }))).toEqual([]);
  });

  it('hides everything behind a page that cannot be read, and reads the others', async () => {
    entrust.troubles.add(/offset=1$/, { status: 500, body: { errors: [{ code: 'x', message: 'out of order' }] } });
    const findings = await findAll(make());
    expect(faultsOf(findings)).toEqual([{ what: 'page of the certificates at offset 1', reason: expect.stringContaining('out of order'), hides: 'everything' }]);
    expect(certificatesOf(findings)).toHaveLength(5);
  });

  it('goes on after too many requests', async () => {
    entrust.troubles.add(/certificates\/9002$/, { status: 429, headers: { 'retry-after': '0' }, body: {} }, 2);
    expect(certificatesOf(await findAll(make()))).toHaveLength(count);
  });

  it('follows no address to another host', async () => {
    entrust.troubles.add(/offset=0$/, { body: { summary: { limit: 3, total: 2, offset: 0 }, certificates: [{ uri: 'http://192.0.2.1/enterprise/v2/certificates/9001' }, { uri: 'http://192.0.2.1/elsewhere' }] } });
    const findings = await findAll(make());
    expect(certificatesOf(findings).map(({ externalId }) => externalId)).toEqual(['9001']);
    expect(faultsOf(findings)).toEqual([{ what: 'certificate http://192.0.2.1/elsewhere', reason: expect.stringContaining('names no certificate'), hides: 'everything' }]);
  });

  it('misses nothing when certificates leave the list while it is read', async () => {
    const findings: Finding[] = [];
    for await (const finding of make().scan({ resumeAfter: null, signal: new AbortController().signal })) {
      findings.push(finding);
      if (finding.kind === 'checkpoint') for (const id of ['9000', '9001']) Object.assign(entrust.certificates.get(id) ?? {}, { status: 'REVOKED' });
    }
    for (const id of ['9000', '9001']) Object.assign(entrust.certificates.get(id) ?? {}, { status: 'ACTIVE' });
    expect(new Set(certificatesOf(findings).map(({ certificateDer }) => fingerprintOf(certificateDer)))).toEqual(new Set(ders.map(fingerprintOf)));
  });

  it('presents its client certificate where the account asks for one', async () => {
    const other = await startEntrust({ requiresClientCertificate: true });
    const context = testContext({ outbound: { ...loopbackOutbound(), fetchWith: (trust) => loopbackOutbound().fetchWith({ ...trust, caPem: other.ca.rootPem }) } });
    const given = { url: other.url, api_user: 'api', api_password: 'entrust-pass' };
    await plugin.create({ ...given, client_certificate: other.client.cert, client_key: other.client.key }, context).check?.();
    await expect(plugin.create(given, context).check?.()).rejects.toMatchObject({ code: 'permission_denied' });
    await other.stop();
  });
});
