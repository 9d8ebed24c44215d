import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cisApiKey, startDigicertCis } from '@sifaka/ca-clients/stand-in';
import { pkcs7Pem } from '@sifaka/pki';
import type { Source } from '@sifaka/plugin-sdk';
import { certificatesOf, describeChecks, describeSource, faultsOf, findAll, fingerprintOf, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

/** Three pages of three, the last one short. */
const names = Array.from({ length: 8 }, (_, index) => `www${index}.example.test`);

let cis: Awaited<ReturnType<typeof startDigicertCis>>;
// Filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'api_key', value: cisApiKey },
];
const make = (given: Record<string, unknown> = {}): Source => plugin.create({ url: cis.url, api_key: cisApiKey, ...given }, testContext({ outbound: loopbackOutbound() }));

beforeAll(async () => {
  cis = await startDigicertCis(() => new Date());
  Object.assign(options[0] ?? {}, { value: cis.url });
  cis.add('pending.example.test', { status: 'pending' });
  for (const name of names) cis.add(name);
});
afterEach(() => cis.troubles.clear());
afterAll(() => cis.stop());

const issuedDers = () => [...cis.issued.values()].filter(({ status, broken }) => status === 'issued' && broken === null).map(({ der }) => der);

describeSource({
  plugin,
  options,
  certificates: () => issuedDers().map((der) => ({ fingerprint: fingerprintOf(der) })),
  wrongCredentials: [{ name: 'api_key', value: 'wrong-key-92' }],
  away: [{ name: 'url', value: 'http://127.0.0.1:9' }],
  breakOne: () => {
    const id = cis.add('broken.example.test', { broken: 'no certificate at all' });
    return async () => void cis.issued.delete(id);
  },
});

describeChecks('digicert-cis-source in an outage', outageChecks, { run: async (url, canary) => make({ url, api_key: canary }).check?.() });

describe('digicert-cis-source', () => {
  it('asks for all pages, and knows each certificate by its id', async () => {
    const before = cis.requests.length;
    const findings = await findAll(make());
    const pages = cis.requests.slice(before).filter(({ path }) => path.endsWith('/search'));
    expect(pages.map(({ query }) => [query.get('status'), query.get('page')])).toEqual([1, 2, 3].map((page) => ['issued', String(page)]));
    expect(certificatesOf(findings).map(({ name, externalId }) => [name, externalId])).toEqual(names.map((name, index) => [name, `cis-${index + 2}`]));
  });

  it('reads PKCS#7 as well, with the chain', async () => {
    const [first] = issuedDers();
    if (first === undefined) throw new Error('nothing is issued');
    cis.troubles.add(/certificate\/cis-2$/, { body: pkcs7Pem([cis.ca.rootDer, cis.ca.issuingDer, first]) });
    const found = certificatesOf(await findAll(make())).find(({ externalId }) => externalId === 'cis-2');
    expect(found?.chainDer.map(fingerprintOf)).toEqual([cis.ca.issuingDer, cis.ca.rootDer].map(fingerprintOf));
    expect(fingerprintOf(found?.certificateDer ?? Buffer.alloc(0))).toBe(fingerprintOf(first));
  });

  it('hides everything behind a page that cannot be read, and reads the others', async () => {
    cis.troubles.add(/page=2$/, { status: 502, body: 'bad gateway' });
    const findings = await findAll(make());
    expect(faultsOf(findings)).toEqual([{ what: 'page 2 of the search', reason: expect.stringContaining('502'), hides: 'everything' }]);
    expect(certificatesOf(findings)).toHaveLength(5);
  });

  it('goes on after too many requests and after an error that passes', async () => {
    cis.troubles.add(/page=2$/, { status: 429, headers: { 'retry-after': '0' }, body: {} }, 3);
    cis.troubles.add(/certificate\/cis-5$/, { status: 500, body: 'once' }, 1);
    const findings = await findAll(make());
    expect(certificatesOf(findings)).toHaveLength(names.length);
    expect(faultsOf(findings)).toEqual([]);
  });
});
