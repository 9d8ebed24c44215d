import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { adcsAccount as account, startAdcs } from '@sifaka/ca-clients/stand-in';
import type { Source } from '@sifaka/plugin-sdk';
import { certificatesOf, describeSource, faultsOf, findAll, fingerprintOf, loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

type Adcs = Awaited<ReturnType<typeof startAdcs>>;

const logins: [string, Parameters<typeof startAdcs>[0]['auth'], (adcs: Adcs) => Record<string, string>, { name: string; value: string }[]][] = [
  ['a password', 'basic', () => ({ user: account.user, password: account.password }), [{ name: 'password', value: 'wrong-94' }]],
  ['NTLM and a domain', 'ntlm', () => ({ user: `${account.domain}\\${account.user}`, password: account.password }), [{ name: 'password', value: 'wrong-94' }]],
  ['a client certificate', 'cert', ({ client }) => ({ client_certificate: client.cert, client_key: client.key }), []],
];

/** Those for servers, as the source finds them: by request id. */
const expected: [number, Buffer][] = [];
function fill(adcs: Adcs): void {
  expected.length = 0;
  adcs.add(10, 'client.example.test', ['client']);
  expected.push([11, adcs.add(11, 'both.example.test', ['client', 'server'])]);
  adcs.add(12, 'any.example.test', []);
  adcs.add(13, 'pending.example.test', ['server'], 'pending');
  adcs.add(14, 'denied.example.test', ['server'], 'denied');
  // A gap, wider than a group of ids.
  for (let id = 40; id < 45; id += 1) expected.push([id, adcs.add(id, `www${id}.example.test`)]);
  adcs.add(60, 'behind.example.test');
}

describe.each(logins)('adcs-source with %s', (_what, auth, credentials, wrongCredentials) => {
  let adcs: Adcs;
  // Filled in once the stand-in listens.
  const options: { name: string; value: unknown }[] = [
    { name: 'auth_method', value: auth },
    { name: 'server', value: '127.0.0.1' },
    { name: 'ca_bundle', value: 'later' },
    { name: 'start', value: 10 },
    { name: 'stop', value: 60 },
    { name: 'user', value: account.user },
    { name: 'password', value: account.password },
    ...(auth === 'cert' ? ['client_certificate', 'client_key'] : []).map((name) => ({ name, value: 'later' })),
  ];

  beforeAll(async () => {
    adcs = await startAdcs({ auth, decision: 'issued' });
    const values: Record<string, string> = { server: adcs.server, ca_bundle: adcs.ca.rootPem, ...credentials(adcs) };
    for (const option of options) option.value = values[option.name] ?? option.value;
    fill(adcs);
  });
  afterAll(() => adcs.stop());

  describeSource({
    plugin,
    options,
    certificates: () => expected.map(([, der]) => ({ fingerprint: fingerprintOf(der), chainLength: 2 })),
    wrongCredentials,
    away: [{ name: 'server', value: '127.0.0.1:9' }],
    breakOne: () => {
      const request = adcs.requests.get('12');
      Object.assign(request ?? {}, { broken: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' });
      return async () => void Object.assign(request ?? {}, { broken: undefined });
    },
  });
});

describe('adcs-source', () => {
  let adcs: Adcs;
  const make = (given: Record<string, unknown> = {}, context = testContext({ outbound: loopbackOutbound() })): Source =>
    plugin.create({ server: adcs.server, auth_method: 'basic', user: account.user, password: account.password, ca_bundle: adcs.ca.rootPem, verify_tls: true, start: 10, stop: 60, max_missing: 1_000, ...given }, context);
  const idsOf = async (source: Source) => certificatesOf(await findAll(source)).map(({ externalId }) => Number(externalId));
  const asked = () => adcs.seen.filter(({ path }) => path === '/certsrv/certnew.cer').length;

  beforeAll(async () => {
    adcs = await startAdcs({ auth: 'basic', decision: 'issued' });
    fill(adcs);
  });
  afterEach(() => adcs.troubles.clear());
  afterAll(() => adcs.stop());

  it('calls certificates by common name and request id', async () => {
    expect(certificatesOf(await findAll(make()))[0]).toMatchObject({ name: 'both.example.test', externalId: '11', owner: null, description: null });
  });

  it('begins with start, and ends before stop', async () => {
    expect(await idsOf(make({ start: 41, stop: 44 }))).toEqual([41, 42, 43]);
  });

  it('goes on over gaps, and without stop ends where the ids do', async () => {
    expect(await idsOf(make({ stop: undefined, max_missing: 30 }))).toEqual([...expected.map(([id]) => id), 60]);
  });

  it('takes a run of missing ids that is long enough for the end', async () => {
    const before = asked();
    expect(await idsOf(make({ max_missing: 8 }))).toEqual([11]);
    expect(asked() - before).toBeLessThan(20);
  });

  it('counts on where a run was cut off', async () => {
    const findings = await findAll(make());
    const cursors = findings.flatMap((finding) => (finding.kind === 'checkpoint' ? [finding.cursor] : []));
    expect(cursors).toEqual(['[30,15,true]', '[50,5,true]']);
  });

  it('hides everything behind an id of which it could not hear', async () => {
    adcs.troubles.add(/certnew\.cer\?ReqID=41&/, { status: 503, body: '<html>Service Unavailable</html>' });
    const findings = await findAll(make());
    expect(faultsOf(findings)).toEqual([{ what: 'request 41', reason: expect.stringContaining('503'), hides: 'everything' }]);
    expect(certificatesOf(findings)).toHaveLength(expected.length - 1);
  });

  it('takes no page of another server for a missing request', async () => {
    adcs.troubles.add(/certsrv/, { body: '<html>Sign in</html>' });
    await expect(findAll(make())).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('Sign in') });
  });

  it('does not end empty-handed where no web enrolment is', async () => {
    adcs.troubles.add(/certsrv/, { status: 404, body: '<html>404 - File or directory not found.</html>' });
    await expect(findAll(make())).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(make().check?.()).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('works without the pages of enrolment, and without the chain', async () => {
    adcs.troubles.add(/certrqxt|certcarc/, { status: 404, body: 'not found' });
    await make().check?.();
    const found = certificatesOf(await findAll(make()));
    expect(found).toHaveLength(expected.length);
    expect(found[0]?.chainDer).toEqual([]);
  });

  it('waits as long as it is told when it asks too often', async () => {
    adcs.troubles.add(/ReqID=42&/, { status: 429, headers: { 'retry-after': '0' }, body: 'slow down' }, 2);
    expect(await idsOf(make())).toEqual(expected.map(([id]) => id));
  });

  it('knows the words of Windows for a request that is not there', async () => {
    for (const words of ['The system cannot find the file. Element not found. 0x80070490 (WIN32: 1168)', 'The requested property value is empty. 0x80094004 (-2146877436 CERTSRV_E_PROPERTY_EMPTY)', 'Disposition: (never set)']) {
      adcs.troubles.clear();
      adcs.troubles.add(/ReqID=4[0-3]&/, { status: words.includes('WIN32') ? 500 : 200, body: `<html>${words}</html>` });
      expect(await idsOf(make())).toEqual([11, 44]);
    }
  });
});
