import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createAuthority, createCertificate, expectOk, openssl, waitUntil, withFiles, type Client, type Json } from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { fetched, gnutlsCrl, gnutlsOcsp, javaPkix, opensslOcsp, opensslVerify, pathOf, type CertificatePath } from './clients.js';

jest.setTimeout(180_000);

const platform = usePlatform();
let client: Client;
let root: Json;
let issuing: Json;

const daysFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const slugOf = ({ name }: Json): string => name.replaceAll(/[^A-Za-z0-9.]+/g, '-');
const crlUrl = (authority: Json, kind: '' | '-delta' = '') => `${platform().url}/crl/${slugOf(authority)}${kind}.crl`;
const ocspUrl = (authority: Json) => `${platform().url}/ocsp/${slugOf(authority)}`;
const revoke = async ({ id }: Json, crlReason = 'keyCompromise'): Promise<void> => void expectOk(await client.put(`/certificates/${id}/revoke`, { crlReason }));
const aLeaf = (parts: Json = {}): Promise<Json> => createCertificate(client, { authority: { id: issuing.id }, ...parts });

/** Both lists that a path needs, once that of the issuing CA has an entry for it or none. */
async function listsFor(certificate: Json, isListed: boolean): Promise<Buffer[]> {
  const serial = new X509Certificate(certificate.body).serialNumber;
  let full: Buffer = Buffer.alloc(0);
  await waitUntil('the list that shows it', async () => {
    full = (await fetched(crlUrl(issuing))).bytes;
    const { stdout } = await openssl(['crl', '-inform', 'DER', '-noout', '-text'], full);
    return stdout.includes(serial.replace(/^0+/, '')) === isListed;
  }, 60_000);
  return [full, (await fetched(crlUrl(root))).bytes];
}

beforeAll(async () => {
  client = await platform().admin();
  // Old enough to have issued what has expired by now.
  const validity = (years: number) => ({ validityYears: null, validityStart: daysFromNow(-10), validityEnd: daysFromNow(365 * years) });
  root = await createAuthority(client, { name: 'Revocation Root', ...validity(10) });
  issuing = await createAuthority(client, { name: 'Revocation Issuing', parent: { id: root.id }, ...validity(5) });
  await waitUntil('the first lists', async () => (await fetched(crlUrl(issuing, '-delta'))).status === 200 && (await fetched(crlUrl(root))).status === 200, 60_000);
});

it('puts its own addresses into certificates', async () => {
  const { body } = await aLeaf();
  const { stdout } = await openssl(['x509', '-noout', '-text'], body);
  for (const url of [crlUrl(issuing), crlUrl(issuing, '-delta'), `OCSP - URI:${ocspUrl(issuing)}`, `CA Issuers - URI:${platform().url}/ca/Revocation-Issuing.cer`]) expect(stdout).toContain(url);
});

it('shows how an authority publishes, and publishes when asked', async () => {
  const before = expectOk(await client.get(`/authorities/${issuing.id}/revocation`));
  expect(before).toMatchObject({ authorityId: issuing.id, reasonNot: null, crlUrls: [crlUrl(issuing)], ocspUrls: [ocspUrl(issuing)], lastError: null, destinations: [] });
  const after = expectOk(await client.post(`/authorities/${issuing.id}/crl`, {}));
  expect(Number(after.full.number)).toBeGreaterThan(Number(before.full.number));
  expect(after.delta.number).toBe(after.full.number);
});

describe('a revocation', () => {
  it('is seen by OCSP within five seconds and on the list within a minute', async () => {
    const certificate = await aLeaf();
    const path = pathOf(certificate);
    expect(await opensslOcsp(path, ocspUrl(issuing), ['-no_nonce'])).toBe('good');
    await revoke(certificate);
    await waitUntil('the answer that shows it', async () => (await opensslOcsp(path, ocspUrl(issuing), ['-no_nonce'])) === 'revoked', 5_000);
    await listsFor(certificate, true);
  });

  it('is undone when a hold is released', async () => {
    const certificate = await aLeaf();
    await revoke(certificate, 'certificateHold');
    await listsFor(certificate, true);
    await revoke(certificate, 'removeFromCRL');
    await listsFor(certificate, false);
    await waitUntil('the answer that shows it', async () => (await opensslOcsp(pathOf(certificate), ocspUrl(issuing))) === 'good', 5_000);
    expect(expectOk(await client.get(`/certificates/${certificate.id}`))).toMatchObject({ status: 'valid', notify: certificate.notify, rotation: certificate.rotation });
    const refused = await client.put(`/certificates/${certificate.id}/revoke`, { crlReason: 'removeFromCRL' });
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('only a hold')]);
  });
});

/** The same for every client: what it must say of a good, a revoked, an unknown and an expired certificate. */
describe('clients', () => {
  let good: Json;
  let revoked: Json;
  let expired: Json;
  let foreign: Json;

  beforeAll(async () => {
    good = await aLeaf();
    revoked = await aLeaf();
    expired = await aLeaf({ validityStart: daysFromNow(-2), validityEnd: daysFromNow(-1) });
    foreign = await strangersCertificate();
    await revoke(revoked);
    await waitUntil('the answer that shows it', async () => (await opensslOcsp(pathOf(revoked), ocspUrl(issuing))) === 'revoked', 5_000);
    await listsFor(revoked, true);
  });

  /** Names the issuing CA as its issuer, and was signed by somebody else: a serial number that was never given. */
  async function strangersCertificate(): Promise<Json> {
    const subject = await withFiles({ 'ca.pem': issuing.authorityCertificate.body }, async (files) => (await openssl(['x509', '-in', files['ca.pem'], '-noout', '-subject', '-nameopt', 'RFC2253'])).stdout.replace(/^subject=\s*/, '').trim());
    return withFiles({ key: '', cert: '' }, async (files) => {
      await openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.key, '-out', files.cert, '-days', '30', '-subj', `/${subject.split(',').reverse().join('/')}`]);
      return { body: (await openssl(['x509', '-in', files.cert])).stdout, chain: good.chain };
    });
  }

  it('OpenSSL by OCSP, with and without nonce, with SHA-1 and SHA-256', async () => {
    for (const options of [[], ['-no_nonce'], ['-sha256'], ['-sha256', '-no_nonce']]) {
      // The hash stands before what it is for.
      const ask = (certificate: Json) => (options.includes('-sha256') ? withHash(pathOf(certificate)) : opensslOcsp(pathOf(certificate), ocspUrl(issuing), options));
      expect([await ask(good), await ask(revoked), await ask(foreign), await ask(expired)]).toEqual(['good', 'revoked', 'unknown', 'good']);
    }
  });

  async function withHash({ body, above }: CertificatePath): Promise<string> {
    return withFiles({ 'leaf.pem': body, 'issuer.pem': above[0] ?? '', 'ca.pem': above.join('\n') }, async (files) => {
      const { stdout } = await openssl(['ocsp', '-sha256', '-issuer', files['issuer.pem'], '-cert', files['leaf.pem'], '-url', ocspUrl(issuing), '-CAfile', files['ca.pem']]);
      return /: (good|revoked|unknown)/.exec(stdout)?.[1] ?? stdout;
    });
  }

  it('OpenSSL by lists, full and delta', async () => {
    const lists = await listsFor(revoked, true);
    expect(await opensslVerify(pathOf(good), lists)).toBe('good');
    expect(await opensslVerify(pathOf(revoked), lists)).toContain('certificate revoked');
    expect(await opensslVerify(pathOf(expired), lists)).toContain('certificate has expired');
    expect(await opensslVerify(pathOf(good), lists, ['-attime', String(Math.floor(Date.now() / 1_000) + 9 * 86_400)])).toContain('CRL has expired');

    const later = await aLeaf();
    await revoke(later);
    await listsFor(later, true);
    const delta = (await fetched(crlUrl(issuing, '-delta'))).bytes;
    const rootDelta = (await fetched(crlUrl(root, '-delta'))).bytes;
    expect(await opensslVerify(pathOf(later), lists)).toBe('good');
    expect(await opensslVerify(pathOf(later), [...lists, delta, rootDelta], ['-use_deltas', '-extended_crl'])).toContain('certificate revoked');
    expect(await opensslVerify(pathOf(good), [...lists, delta, rootDelta], ['-use_deltas', '-extended_crl'])).toBe('good');
  });

  describeWithPeers(['ocsptool', 'certtool'], 'GnuTLS', () => {
    it('by OCSP and by list', async () => {
      const said = await Promise.all([good, revoked, foreign].map((certificate) => gnutlsOcsp(pathOf(certificate), ocspUrl(issuing))));
      expect(said).toEqual(['good', 'revoked', 'unknown']);
      const [full = Buffer.alloc(0)] = await listsFor(revoked, true);
      expect(await gnutlsCrl(full, issuing.authorityCertificate.body)).toContain('Verified');
      expect(await gnutlsCrl(full, root.authorityCertificate.body)).not.toContain('Verified');
    });
  });

  describeWithPeers(['java', 'javac'], 'Java', () => {
    it.each(['OCSP', 'CRL'] as const)('by %s', async (way) => {
      expect(await javaPkix(pathOf(good), way)).toBe('good');
      expect(await javaPkix(pathOf(revoked), way)).toMatch(/^REVOKED: .*KEY_COMPROMISE/);
      expect(await javaPkix(pathOf(expired), way)).toMatch(/^EXPIRED/);
    });
  });
});

describe('the addresses', () => {
  it('say how long an answer may be kept, and that it is the same', async () => {
    const { bytes: request } = await requestFor(await aLeaf());
    const byGet = await fetched(`${ocspUrl(issuing)}/${encodeURIComponent(request.toString('base64'))}`);
    expect([byGet.status, byGet.headers.get('content-type')]).toEqual([200, 'application/ocsp-response']);
    expect(byGet.headers.get('cache-control')).toMatch(/^max-age=\d+, public, no-transform, must-revalidate$/);
    for (const name of ['etag', 'expires', 'last-modified']) expect(byGet.headers.get(name)).toBeTruthy();
    const byPost = await fetched(ocspUrl(issuing), { method: 'POST', body: new Uint8Array(request), headers: { 'content-type': 'application/ocsp-request' } });
    expect(byPost.bytes.equals(byGet.bytes)).toBe(true);
    const again = await fetched(`${ocspUrl(issuing)}/${request.toString('base64')}`, { headers: { 'if-none-match': byGet.headers.get('etag') ?? '' } });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    const list = await fetched(crlUrl(issuing));
    expect([list.headers.get('content-type'), list.headers.get('cache-control')]).toEqual(['application/pkix-crl', 'public, max-age=30']);
    expect((await fetched(crlUrl(issuing), { headers: { 'if-none-match': list.headers.get('etag') ?? '' } })).status).toBe(304);
    const certificate = await fetched(`${platform().url}/ca/Revocation-Issuing.cer`);
    expect(new X509Certificate(certificate.bytes).subject).toContain('Revocation Issuing');
  });

  it('refuse what is none of theirs', async () => {
    const { bytes: request } = await requestFor(await aLeaf());
    const post = (path: string, body: Uint8Array) => fetched(`${platform().url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/ocsp-request' } });
    expect((await post('/ocsp/nobody', new Uint8Array(request))).bytes).toEqual(Buffer.from('30030a0106', 'hex'));
    expect((await post('/ocsp/Revocation-Root', new Uint8Array(request))).bytes).toEqual(Buffer.from('30030a0106', 'hex'));
    expect((await post('/ocsp/Revocation-Root', Buffer.from('nonsense'))).bytes).toEqual(Buffer.from('30030a0101', 'hex'));
    expect((await post('/ocsp/Revocation-Root', new Uint8Array())).bytes).toEqual(Buffer.from('30030a0101', 'hex'));
    expect((await post('/ocsp/Revocation-Root', new Uint8Array(20_000))).status).toBe(413);
    expect((await fetched(`${ocspUrl(root)}/${'A'.repeat(5_000)}`)).status).toBe(414);
    for (const text of ['%20', 'a%00b', '..%2f..', '!!!', '%ff', '']) expect((await fetched(`${ocspUrl(root)}/${text}`)).bytes).toEqual(Buffer.from('30030a0101', 'hex'));
    for (const path of ['/crl/nobody.crl', '/crl/Revocation-Root', '/crl/.crl', '/ca/nobody.cer', '/ca/Revocation-Root', `/crl/${'a'.repeat(400)}.crl`]) expect((await fetched(`${platform().url}${path}`)).status).toBe(404);
  });

  async function requestFor(certificate: Json): Promise<{ bytes: Buffer }> {
    const { body, above } = pathOf(certificate);
    return withFiles({ 'leaf.pem': body, 'issuer.pem': above[0] ?? '', 'request.der': '' }, async (files) => {
      await openssl(['ocsp', '-issuer', files['issuer.pem'], '-cert', files['leaf.pem'], '-no_nonce', '-reqout', files['request.der']]);
      return { bytes: await readFile(files['request.der']) };
    });
  }
});
