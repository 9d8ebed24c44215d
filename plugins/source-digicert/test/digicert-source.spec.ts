import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { digicertApiKey as apiKey, startDigicert } from '@sifaka/ca-clients/stand-in';
import { parseCertificate } from '@sifaka/pki';
import type { Finding, Source } from '@sifaka/plugin-sdk';
import { certificatesOf, describeChecks, describeSource, faultsOf, findAll, fingerprintOf, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

/** Three pages of 40, the last one short. */
const count = 85;

let digicert: Awaited<ReturnType<typeof startDigicert>>;
const ders: Buffer[] = [];
// Filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'api_key', value: apiKey },
  { name: 'organization_id', value: 17 },
  { name: 'enabled', value: true },
];
const make = (given: Record<string, unknown> = {}): Source => plugin.create({ url: digicert.url, api_key: apiKey, organization_id: 17, enabled: true, ...given }, testContext({ outbound: loopbackOutbound() }));
const namesOf = (findings: readonly Finding[]) => certificatesOf(findings).map(({ name }) => name);

beforeAll(async () => {
  digicert = await startDigicert();
  Object.assign(options[0] ?? {}, { value: digicert.url });
  for (let number = 0; number < count; number += 1) ders.push(digicert.add());
  digicert.add({ status: 'revoked' });
  digicert.add({ status: 'pending', certificateId: null });
});
afterEach(() => digicert.troubles.clear());
afterAll(() => digicert.stop());

describeSource({
  plugin,
  options,
  certificates: () => ders.map((der) => ({ fingerprint: fingerprintOf(der), chainLength: 2 })),
  wrongCredentials: [{ name: 'api_key', value: 'wrong-key-91' }],
  away: [{ name: 'url', value: 'http://127.0.0.1:9' }],
  breakOne: () => {
    digicert.add({ broken: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' });
    return async () => void digicert.orders.delete([...digicert.orders.keys()].at(-1) ?? '');
  },
});

describeChecks('digicert-source in an outage', outageChecks, { run: async (url, canary) => make({ url, api_key: canary }).check?.() });

describe('digicert-source', () => {
  it('says that it is switched off, and asks nothing', async () => {
    const before = digicert.requests.length;
    for (const operation of [() => make({ enabled: false }).check?.(), () => findAll(make({ enabled: false }))]) await expect(operation()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('DIGICERT_SOURCE_ENABLED') });
    expect(digicert.requests).toHaveLength(before);
  });

  it('is off by default', () => {
    expect(plugin.pluginOptions().find(({ name }) => name === 'enabled')).toMatchObject({ default: false });
  });

  it('asks for issued orders of the organization page by page, and calls certificates what DigiCert calls them', async () => {
    const before = digicert.requests.length;
    const findings = await findAll(make());
    const pages = digicert.requests.slice(before).filter(({ path }) => path === '/services/v2/order/certificate');
    expect(pages.map(({ query }) => query.get('offset'))).toEqual(['0', '40', '80']);
    for (const { query } of pages) expect(Object.fromEntries(query)).toMatchObject({ 'filters[status]': 'issued', 'filters[organization_id]': '17', limit: '40' });
    expect(digicert.requests.some(({ path }) => path === '/services/v2/certificate/6000/download/platform/29')).toBe(true);
    expect(certificatesOf(findings)[0]).toMatchObject({ name: 'www1000.example.test', externalId: '6000', description: 'Standard SSL', owner: null });
  });

  it('hides everything behind a page that cannot be read, and reads the others', async () => {
    digicert.troubles.add(/order\/certificate\?.*offset=40&/, { status: 500, body: 'broken' });
    const findings = await findAll(make());
    expect(faultsOf(findings)).toEqual([{ what: 'page of the issued orders from number 41 on', reason: expect.stringContaining('500'), hides: 'everything' }]);
    expect(certificatesOf(findings)).toHaveLength(count - 40);
  });

  it('hides everything when one certificate is not handed out, and nothing when it is gone', async () => {
    digicert.troubles.add(/certificate\/6003\/download/, { status: 503, body: 'later' });
    digicert.troubles.add(/certificate\/6004\/download/, { status: 404, body: {} });
    const findings = await findAll(make());
    expect(faultsOf(findings).map(({ what, hides }) => [what, hides])).toEqual([['order 1003', 'everything'], ['certificate 6004 of order 1004', 'nothing']]);
    expect(certificatesOf(findings)).toHaveLength(count - 2);
  });

  it('waits as long as it is told when it asks too often', async () => {
    digicert.troubles.add(/certificate\/6001\/download/, { status: 429, headers: { 'retry-after': '1' }, body: { errors: [{ code: 'request_limit_exceeded', message: 'Service unavailable, please limit request volume' }] } }, 1);
    const startedAt = performance.now();
    const findings = await findAll(make());
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
    expect(certificatesOf(findings)).toHaveLength(count);
    expect(faultsOf(findings)).toEqual([]);
  });

  it('ends with the words of DigiCert when the key is taken away in between', async () => {
    digicert.troubles.add(/offset=40&/, { status: 403, body: { errors: [{ code: 'access_denied', message: 'key was revoked' }] } });
    await expect(findAll(make())).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('key was revoked') });
  });

  it('misses nothing when orders leave the list while it is read', async () => {
    const source = make();
    const findings: Finding[] = [];
    const taken: [string, (typeof digicert)['orders'] extends Map<string, infer Order> ? Order : never][] = [];
    for await (const finding of source.scan({ resumeAfter: null, signal: new AbortController().signal })) {
      findings.push(finding);
      if (taken.length > 0 || finding.kind !== 'checkpoint') continue;
      for (const entry of [...digicert.orders].slice(0, 3)) {
        taken.push(entry);
        digicert.orders.delete(entry[0]);
      }
    }
    const others = [...digicert.orders];
    digicert.orders.clear();
    for (const [id, order] of [...taken, ...others]) digicert.orders.set(id, order);
    expect(new Set(namesOf(findings))).toEqual(new Set(ders.map((der) => parseCertificate(der).cn)));
  });
});
