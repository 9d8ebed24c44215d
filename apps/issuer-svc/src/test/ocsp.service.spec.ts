import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOcsp, exportKey, listRevocationVersions, readAuthorityCertificate, signWithKeys, type AuthorityRecord, type CertificateRecord } from '@sifaka/contracts';
import { der, ocspCertId, ocspIssuerHashes, parseOcspResponse, randomSerial, verifyOcspResponse } from '@sifaka/pki';
import type { TestPlatform } from '@sifaka/testing';
import { issuerService } from '../issuer.service.js';
import { ReconcileKeyvault } from '../reconcile/reconcile-keyvault.js';
import { RefreshOcsp } from '../revocation/refresh-ocsp.js';
import { RenewResponders } from '../revocation/renew-responders.js';
import { aPublisher, ask, basicAnswer, caOf, certificateOf, revoke, slugOf, statusOf } from './a-publisher.js';
import { anIssuer, issue, upload } from './an-issuer.js';

jest.setTimeout(120_000);

const dayMs = 86_400_000;
const clock = { aheadMs: 0, now: () => new Date(Date.now() + clock.aheadMs) };
let platform: TestPlatform;
let authority: AuthorityRecord;

beforeAll(async () => {
  platform = await anIssuer({}, issuerService, clock);
  authority = await aPublisher(platform);
});
afterAll(() => platform.stop());

const signal = new AbortController().signal;
const serial = (certificate: CertificateRecord): bigint => certificateOf(certificate).serial;
const sql = () => platform.database('issuer');
const respondersOf = ({ id }: AuthorityRecord) => sql().query<{ key_id: string; serial_hex: string; not_after: Date }>('select key_id::text, serial_hex, not_after from ocsp_responder where authority_id = $1 order by id', [id]);

describe('the responder', () => {
  it('says good, signed by a delegate that the authority certified for nothing else', async () => {
    const certificate = await issue(platform, authority);
    for (const hash of ['sha1', 'sha256'] as const) {
      const { response, expiresAt } = await ask(platform, authority, [serial(certificate)], { hash });
      const verdict = verifyOcspResponse(parseOcspResponse(Buffer.from(response, 'base64')), { issuer: caOf(authority), certId: ocspCertId(caOf(authority), serial(certificate), hash), at: clock.now() });
      expect(verdict).toMatchObject({ status: 'good', signer: { by: 'delegate', hasNoCheck: true } });
      expect(new Date(expiresAt!).getTime() - clock.now().getTime()).toBeGreaterThan(23 * 3_600_000);
    }
    const basic = await basicAnswer(platform, authority, [serial(certificate)]);
    expect(basic.certificates[0]?.extensions).toMatchObject({ keyUsage: ['digitalSignature'], extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'], basicConstraints: { isCa: false } });
  });

  it('says revoked at once, with time and reason, and valid again after a release', async () => {
    const certificate = await issue(platform, authority);
    expect(await statusOf(platform, authority, certificate)).toBe('good');
    await revoke(platform, certificate, 'certificateHold');
    const { responses } = await basicAnswer(platform, authority, [serial(certificate)]);
    expect(responses[0]).toMatchObject({ status: 'revoked', reason: 'certificateHold' });
    await revoke(platform, certificate, 'removeFromCRL');
    expect(await statusOf(platform, authority, certificate)).toBe('good');
    await revoke(platform, certificate, 'keyCompromise');
    expect((await basicAnswer(platform, authority, [serial(certificate)])).responses[0]).toMatchObject({ status: 'revoked', reason: 'keyCompromise' });
  });

  it('knows nothing of what was never issued, also when it is filed here', async () => {
    const other = await aPublisher(platform);
    const foreign = await issue(platform, other, { commonName: 'foreign.corp.test' });
    await upload(platform, { body: foreign.body, authority: { id: authority.id }, name: 'filed under another' });
    expect(await statusOf(platform, authority, foreign)).toBe('unknown');
    const { parsed, expiresAt } = await ask(platform, authority, [randomSerial(randomBytes)]);
    expect(parsed).toMatchObject({ status: 'successful', basic: { responses: [{ status: 'unknown' }] } });
    expect(new Date(expiresAt!).getTime() - clock.now().getTime()).toBeLessThan(61_000);
  });

  it('answers for what was signed and never filed', async () => {
    const never = randomSerial(randomBytes);
    const [{ key_id: keyId }] = (await sql().query<{ key_id: string }>('select key_id::text from authority where id = $1', [authority.id])) as [{ key_id: string }];
    await sql().query("insert into orphan_signature (sequence, authority_id, key_id, serial_hex, tbs, signed_at) values (-1, $1, $2, $3, '', now())", [authority.id, keyId, never.toString(16).toUpperCase()]);
    expect((await basicAnswer(platform, authority, [never])).responses[0]?.status).toBe('good');
  });

  it('answers for several at once, and for sub-CAs', async () => {
    const below = await aPublisher(platform, authority);
    const [good, bad] = [await issue(platform, authority), await issue(platform, authority)];
    await revoke(platform, bad);
    const serials = [serial(good), serial(bad), caOf(below).serial, 5n];
    expect((await basicAnswer(platform, authority, serials)).responses.map(({ status }) => status)).toEqual(['good', 'revoked', 'good', 'unknown']);
    await revoke(platform, below.authorityCertificate, 'cACompromise');
    expect((await basicAnswer(platform, authority, [caOf(below).serial])).responses[0]?.status).toBe('revoked');
  });

  it('sends away who asks about certificates of others, or nonsense', async () => {
    const other = await aPublisher(platform);
    const certificate = await issue(platform, other);
    expect((await ask(platform, other, [serial(certificate)], { slug: slugOf(authority) })).parsed).toEqual({ status: 'unauthorized' });
    expect((await ask(platform, other, [serial(certificate)], { slug: 'nobody' })).parsed).toEqual({ status: 'unauthorized' });
    const { response } = await platform.call('gateway', answerOcsp, { slug: slugOf(authority), request: Buffer.from('nonsense').toString('base64') });
    expect(parseOcspResponse(Buffer.from(response, 'base64'))).toEqual({ status: 'malformedRequest' });
    expect((await ask(platform, authority, Array.from({ length: 21 }, (_none, index) => BigInt(index + 1)))).parsed).toEqual({ status: 'malformedRequest' });
  });

  it('keeps one answer for each way to ask, of which there are few', async () => {
    const certificate = await issue(platform, authority);
    const { name, key } = ocspIssuerHashes(caOf(authority), 'sha1');
    const askBy = async (...parameters: Buffer[]) => {
      const certId = der.sequence(der.sequence(der.oid('1.3.14.3.2.26'), ...parameters), der.octetString(name), der.octetString(key), der.integer(serial(certificate)));
      const request = der.sequence(der.sequence(der.sequence(der.sequence(certId))));
      const { response } = await platform.call('gateway', answerOcsp, { slug: slugOf(authority), request: request.toString('base64') });
      return parseOcspResponse(Buffer.from(response, 'base64')).status;
    };
    expect([await askBy(), await askBy(der.nullValue()), await askBy()]).toEqual(['successful', 'successful', 'successful']);
    for (const octets of [1, 1_000, 8_000]) expect(await askBy(der.octetString(randomBytes(octets)))).toBe('malformedRequest');
    expect(await sql().query('select from ocsp_response where serial_hex = $1', [certificate.serialHex])).toHaveLength(2);
  });

  it('takes nonces of 1 to 128 octets, and no others (RFC 9654)', async () => {
    const certificate = await issue(platform, authority);
    const certId = ocspCertId(caOf(authority), serial(certificate));
    const askWith = async (nonce: Buffer) => {
      const extension = der.sequence(der.oid('1.3.6.1.5.5.7.48.1.2'), der.octetString(der.octetString(nonce)));
      const request = der.sequence(der.sequence(der.sequence(der.sequence(certId.der)), der.explicit(2, der.sequence(extension))));
      const { response } = await platform.call('gateway', answerOcsp, { slug: slugOf(authority), request: request.toString('base64') });
      const parsed = parseOcspResponse(Buffer.from(response, 'base64'));
      return parsed.status === 'successful' ? parsed.basic.nonce : parsed.status;
    };
    for (const length of [1, 8, 32, 33, 128]) {
      const nonce = randomBytes(length);
      expect(await askWith(nonce)).toEqual(nonce);
    }
    for (const length of [0, 129, 1_000]) expect(await askWith(randomBytes(length))).toBe('malformedRequest');
  });

  it('repeats a nonce while it has time to, and answers without one then', async () => {
    const busy = await anIssuer({ SIFAKA_OCSP_SIGNATURES_PER_SECOND: '1' });
    try {
      const own = await aPublisher(busy);
      const certificate = await issue(busy, own);
      const nonce = randomBytes(32);
      const { parsed, expiresAt } = await ask(busy, own, [serial(certificate)], { nonce });
      expect(expiresAt).toBeNull();
      expect(parsed.status === 'successful' && parsed.basic.nonce?.equals(nonce)).toBe(true);
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask(busy, own, [serial(certificate)], { nonce: randomBytes(16) })));
      expect(answers.every((each) => each.parsed.status === 'successful')).toBe(true);
      expect(answers.some((each) => each.expiresAt !== null)).toBe(true);
      // What nobody needs to know is put off altogether.
      const unknown = await Promise.all(Array.from({ length: 40 }, () => ask(busy, own, [randomSerial(randomBytes)])));
      expect(unknown.some((each) => each.parsed.status === 'tryLater')).toBe(true);
    } finally {
      await busy.stop();
    }
  });

  it('tells by its version that something changed', async () => {
    const versionOf = async () => (await platform.call('gateway', listRevocationVersions, {})).authorities.find(({ authorityId }) => authorityId === authority.id)?.version;
    const certificate = await issue(platform, authority);
    const before = await ask(platform, authority, [serial(certificate)]);
    expect(before.version).toBe(await versionOf());
    await revoke(platform, certificate);
    expect(Number(await versionOf())).toBe(Number(before.version) + 1);
    expect((await ask(platform, authority, [serial(certificate)])).version).toBe(await versionOf());
  });

  it('is itself no orphan, and its key stays inside', async () => {
    const [responder] = await respondersOf(authority);
    await expect(platform.call('issuer', exportKey, { keyId: responder!.key_id, reason: 'export', objectName: 'x' })).rejects.toMatchObject({ code: 'permission_denied' });
    const request = { keyId: responder!.key_id, tbsDer: 'MAA=', hash: 'sha256' as const, purpose: 'crl' as const, serialHex: null, subjectKeyId: null };
    await expect(platform.call('issuer', signWithKeys, { requests: [request] })).rejects.toMatchObject({ code: 'invalid_argument' });
    await platform.database('keyvault').query("alter table signing_journal disable trigger user; update signing_journal set signed_at = signed_at - interval '1 hour'; update key set created_at = created_at - interval '1 hour'");
    await platform.service('issuer').app.get(ReconcileKeyvault).run({}, { signal });
    expect(await sql().query('select from orphan_signature where serial_hex = $1', [responder!.serial_hex])).toEqual([]);
    expect(await platform.database('keyvault').query('select from key where id = $1', [responder!.key_id])).toHaveLength(1);
  });
});

describe('time', () => {
  it('signs answers anew that somebody asked for, and gives responders new keys', async () => {
    const certificate = await issue(platform, authority);
    const before = await ask(platform, authority, [serial(certificate)]);
    const [first] = await respondersOf(authority);
    clock.aheadMs += 13 * 3_600_000;
    await platform.service('issuer').app.get(RefreshOcsp).run({}, { signal });
    const after = await ask(platform, authority, [serial(certificate)]);
    expect(new Date(after.thisUpdate!).getTime() - new Date(before.thisUpdate!).getTime()).toBeGreaterThan(12 * 3_600_000);

    clock.aheadMs += 8 * dayMs;
    await platform.service('issuer').app.get(RenewResponders).run({}, { signal });
    const both = await respondersOf(authority);
    expect(both).toHaveLength(2);
    expect(both[1]!.not_after.getTime()).toBeGreaterThan(first!.not_after.getTime());
    expect(await statusOf(platform, authority, certificate)).toBe('good');
    clock.aheadMs += 14 * dayMs;
    await platform.service('issuer').app.get(RenewResponders).run({}, { signal });
    expect((await respondersOf(authority)).map(({ key_id: keyId }) => keyId)).not.toContain(first!.key_id);
    expect(await sql().query('select from released_key where key_id = $1', [first!.key_id])).toHaveLength(1);
    expect(await statusOf(platform, authority, certificate)).toBe('good');
  });

  it('says of an expired certificate what was said before', async () => {
    const certificate = await issue(platform, authority);
    await revoke(platform, certificate);
    clock.aheadMs += 400 * dayMs;
    expect(await statusOf(platform, authority, certificate)).toBe('revoked');
  });
});

it('hands out the certificate of an authority by its slug', async () => {
  const below = await aPublisher(platform, authority);
  const { certificateDer, chainDer } = await platform.call('gateway', readAuthorityCertificate, { slug: slugOf(below) });
  expect(Buffer.from(certificateDer, 'base64').equals(caOf(below).der)).toBe(true);
  expect(chainDer.map((der) => Buffer.from(der, 'base64').equals(caOf(authority).der))).toEqual([true]);
});
