import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeys, openAcmeAccount, revokeAcmeCertificate, type CrlReason } from '@sifaka/contracts';
import { findDebian13, startPebble, type Pebble } from '@sifaka/peers';
import { encodeCsrExtensions, encodeName, parseCertificate, parsePemChain, verifyChain } from '@sifaka/pki';
import { requirePeer, type TestPlatform } from '@sifaka/testing';
import { certificateId } from '../protocol/certificate-id.js';
import { anAcme, anOpening, connectionOf, obtain, open } from './an-acme.js';

const describePebble = requirePeer('pebble') === null ? describe.skip : describe;

let platform: TestPlatform;
let pebble: Pebble;

describePebble('an ACME CA that refuses every other nonce', () => {
  beforeAll(async () => {
    [platform, pebble] = await Promise.all([anAcme(), startPebble({ dnsServer: '127.0.0.1:9', alwaysValid: true, nonceReject: 50, alternateRoots: 2, chainLength: 2 })]);
    await Promise.all(['Test CA', 'Other CA'].map((authority) => open(platform, pebble, { authority })));
  }, 120_000);
  afterAll(async () => {
    await Promise.allSettled([pebble.stop(), platform.stop()]);
  });

  it('issues for each of a hundred orders at once', async () => {
    const connection = await connectionOf(platform);
    const made = await Promise.all(Array.from({ length: 100 }, (_, index) => obtain(connection, Array.from({ length: 1 + (index % 5) }, (__, name) => `n${name}.o${index}.example.test`))));
    const serials = made.map(({ chains }) => parseCertificate(chains[0]![0]!).serialHex);
    expect(new Set(serials).size).toBe(100);
  }, 120_000);

  it('offers its chains, the default one first', async () => {
    const { chains } = await obtain(await connectionOf(platform), ['chains.example.test']);
    expect(chains).toHaveLength(3);
    const roots = await Promise.all([0, 1, 2].map(async (index) => parsePemChain(await pebble.rootPem(index))[0]!));
    for (const [index, chain] of chains.entries()) {
      const facts = chain.map((der) => parseCertificate(der));
      expect(facts[0]!.fingerprintSha256).toBe(parseCertificate(chains[0]![0]!).fingerprintSha256);
      expect(verifyChain([...facts, roots[index]!])).toBeNull();
    }
  }, 30_000);

  it('lists the orders of an account', async () => {
    const connection = await connectionOf(platform);
    const { url } = await connection.newOrder({ identifiers: [{ type: 'dns', value: 'listed.example.test' }] });
    expect(await connection.orders()).toContain(url);
  }, 30_000);

  it('says what it does not like, in its words', async () => {
    const connection = await connectionOf(platform);
    await expect(connection.newOrder({ identifiers: [{ type: 'dns', value: 'not a name' }] })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'acme.malformed', message: expect.stringMatching(/illegal character.*asked for not a name/) });
    await expect(connection.order(`${pebble.directoryUrl.replace('/dir', '')}/my-order/nothing`)).rejects.toMatchObject({ code: 'not_found' });
    const { body } = await connection.newOrder({ identifiers: [{ type: 'dns', value: 'early.example.test' }] });
    await expect(connection.finalize(body.finalize, Buffer.from('csr'))).rejects.toMatchObject({ code: 'upstream_failed', reason: 'acme.orderNotReady' });
  }, 30_000);

  describe('revokes a certificate', () => {
    const revoke = (parts: { authority: string; certificateDer: Buffer; keyId?: string | null; crlReason?: CrlReason }) =>
      platform.call('issuer', revokeAcmeCertificate, { keyId: null, crlReason: 'keyCompromise', ...parts, certificateDer: parts.certificateDer.toString('base64') });
    const statusOf = (certificateDer: Buffer) => pebble.certificateStatus(parseCertificate(certificateDer).serialHex);

    /** A certificate for a key of issuer-svc in the key vault. */
    async function aCertificate(): Promise<{ certificateDer: Buffer; keyId: string }> {
      const csr = { subjectDer: encodeName([]).toString('base64'), extensionsDer: encodeCsrExtensions({ subjectAltNames: [{ type: 'dns', value: 'revoked.example.test' }] }).toString('base64') };
      const { keys } = await platform.call('issuer', generateKeys, { keys: [{ keyType: 'ECCPRIME256V1', purpose: 'certificate', csr }] });
      const { keyId, csrDer, publicKeyDer } = keys[0]!;
      const { chains } = await obtain(await connectionOf(platform), ['revoked.example.test'], Buffer.from(csrDer!, 'base64'));
      expect(createPublicKey({ key: parseCertificate(chains[0]![0]!).spki, format: 'der', type: 'spki' }).export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(publicKeyDer, 'base64'));
      return { certificateDer: chains[0]![0]!, keyId };
    }

    it('by the account that it came from, as often as it is asked', async () => {
      const { certificateDer } = await aCertificate();
      expect((await statusOf(certificateDer)).status).toBe('Valid');
      await revoke({ authority: 'Test CA', certificateDer });
      await revoke({ authority: 'Test CA', certificateDer });
      expect(await statusOf(certificateDer)).toEqual({ status: 'Revoked', reason: 1 });
    }, 30_000);

    it("by the certificate's own key where the account may not, and by nothing where there is no key", async () => {
      const { certificateDer, keyId } = await aCertificate();
      await expect(revoke({ authority: 'Other CA', certificateDer })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'acme.unauthorized' });
      const { keyId: foreign } = await aCertificate();
      await expect(revoke({ authority: 'Other CA', certificateDer, keyId: foreign })).rejects.toMatchObject({ code: 'invalid_argument' });
      expect((await statusOf(certificateDer)).status).toBe('Valid');
      await revoke({ authority: 'Other CA', certificateDer, keyId, crlReason: 'superseded' });
      expect(await statusOf(certificateDer)).toEqual({ status: 'Revoked', reason: 4 });
    }, 30_000);

    it('of an authority that never opened an account not at all', async () => {
      const { certificateDer, keyId } = await aCertificate();
      await expect(revoke({ authority: 'Nobody', certificateDer, keyId })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'acme.no_account' });
    }, 30_000);
  });

  it('that lost its database gets the account again, by itself', async () => {
    const before = await startPebble({ dnsServer: '127.0.0.1:9', alwaysValid: true });
    const opening = anOpening(before, { authority: 'Lost CA' });
    await open(platform, before, opening);
    await before.stop();
    const [row] = await platform.database('acme').query<{ account_url: string }>("select account_url from acme_account where authority = 'Lost CA'");
    // Another Pebble in the place of the first: it knows nobody.
    await platform.database('acme').query(
      "update acme_account set directory_url = $1, ca_pem = $2, account_url = $3 where authority = 'Lost CA'",
      [pebble.directoryUrl, pebble.caPem, `${pebble.directoryUrl.replace('/dir', '')}/my-account/4711`],
    );
    await expect(obtain(await connectionOf(platform, 'Lost CA'), ['lost.example.test'])).resolves.toBeDefined();
    const [after] = await platform.database('acme').query<{ account_url: string }>("select account_url from acme_account where authority = 'Lost CA'");
    expect(after!.account_url).not.toBe(row!.account_url);
    expect(after!.account_url).not.toContain('4711');
  }, 60_000);

  it('is only reached where the guard and the installation allow it', async () => {
    const closed = await anAcme({ SIFAKA_OUTBOUND_ALLOWED_HOSTS: 'other.example' });
    await expect(open(closed, pebble)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'outbound.refused' });
    await closed.stop();
    const listed = await anAcme({ SIFAKA_OUTBOUND_ALLOWED_HOSTS: '', SIFAKA_ACME_DIRECTORY_HOST_ALLOWLIST: '127.0.0.1' });
    await expect(open(listed, pebble)).resolves.toMatchObject({ status: 'valid' });
    await expect(open(listed, { ...pebble, directoryUrl: 'https://localhost:1/dir' })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'acme.directory_not_allowed' });
    await listed.stop();
    await expect(open(platform, pebble, { authority: 'no trust', caPem: null })).rejects.toMatchObject({ code: expect.stringMatching(/upstream_failed|failed_precondition/) });
    await expect(open(platform, pebble, { authority: 'trusts all', caPem: null, isVerified: false })).resolves.toMatchObject({ status: 'valid' });
    await expect(open(platform, pebble, { authority: 'x' }).then(() => platform.call('issuer', openAcmeAccount, { ...anOpening(pebble), authority: null }))).resolves.toEqual({ accountUrl: '', status: 'unopened', profiles: {} });
  }, 60_000);
});

const debian13 = findDebian13();
(debian13 === null ? describe.skip : describe)('an ACME CA with renewal information (Pebble of Debian 13)', () => {
  it('says when it would like a certificate to be renewed, and takes what replaces it', async () => {
    const modern = await startPebble({ dnsServer: '127.0.0.1:9', alwaysValid: true, version: 'debian13' });
    const here = await anAcme();
    try {
      await open(here, modern);
      const connection = await connectionOf(here);
      const { chains } = await obtain(connection, ['ari.example.test']);
      const id = certificateId(chains[0]![0]!)!;
      const window = await connection.renewalInfo(id);
      expect(window!.windowEnd.getTime()).toBeGreaterThan(window!.windowStart.getTime());
      await expect(connection.newOrder({ identifiers: [{ type: 'dns', value: 'ari.example.test' }], replaces: id })).resolves.toMatchObject({ body: { status: 'pending' } });
    } finally {
      await Promise.allSettled([modern.stop(), here.stop()]);
    }
  }, 60_000);
});
