import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deactivateAcmeAccount,
  getAcmeAccount,
  listAcmeAccounts,
  listKeys,
  rollOverAcmeAccount,
  updateAcmeAccount,
  type AcmeAccountRecord,
} from '@sifaka/contracts';
import { startPebble, type Pebble } from '@sifaka/peers';
import { aPrincipal, requirePeer, type TestPlatform } from '@sifaka/testing';
import { AccountKeys } from '../account/account-keys.js';
import { AcmeAccountClient } from '../protocol/acme-account-client.js';
import { AcmeServers } from '../protocol/acme-servers.js';
import { aJwsKey } from './a-jws-key.js';
import { admin, anAcme, connectionOf, obtain, open } from './an-acme.js';

const describePebble = requirePeer('pebble') === null ? describe.skip : describe;

let platform: TestPlatform;
let pebble: Pebble;
let strict: Pebble;

const hmacKey = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';

const window = { offset: 0, limit: 50, sortBy: null, sortDir: null };
const accounts = async (authority: string | null = null): Promise<AcmeAccountRecord[]> =>
  (await platform.call('gateway', listAcmeAccounts, { window, authority }, { principal: admin })).items;

async function only(authority: string): Promise<AcmeAccountRecord> {
  const found = await accounts(authority);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describePebble('an ACME account', () => {
  beforeAll(async () => {
    [platform, pebble, strict] = await Promise.all([
      anAcme(),
      startPebble({ dnsServer: '127.0.0.1:9', alwaysValid: true, nonceReject: 50 }),
      startPebble({ dnsServer: '127.0.0.1:9', alwaysValid: true, eabKeys: { 'kid-1': hmacKey } }),
    ]);
  }, 120_000);
  afterAll(async () => {
    await Promise.allSettled([pebble.stop(), strict.stop(), platform.stop()]);
  });

  it('is made once, whatever is asked again and at the same time, and issues', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => open(platform, pebble, { authority: 'once', email: `${index % 2}@example.com` })));
    expect(new Set(answers.map(({ accountUrl }) => accountUrl)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 'valid' });
    expect(await only('once')).toMatchObject({ directoryUrl: pebble.directoryUrl, accountUrl: answers[0]!.accountUrl, keyType: 'ECCPRIME256V1', status: 'valid', hasExternalBinding: false, lastError: null });
    const { chains } = await obtain(await connectionOf(platform, 'once'), ['once.example.test', '*.once.example.test']);
    expect(chains[0]!.length).toBeGreaterThan(1);
  }, 30_000);

  it('leaves no key without an account', async () => {
    await Promise.all(Array.from({ length: 5 }, () => open(platform, pebble, { authority: 'keys', email: `${Math.random()}@example.com` })));
    const { keys } = await platform.call('acme', listKeys, { afterSequence: 0, olderThanMs: 0, limit: 500 });
    const rows = await platform.database('acme').query<{ key_id: string }>('select key_id from acme_account');
    expect(keys.map(({ keyId }) => keyId).sort()).toEqual(rows.map(({ key_id }) => key_id).sort());
  }, 30_000);

  it('needs external binding where the CA asks for it, and the refusal names the options', async () => {
    await expect(open(platform, strict, { authority: 'eab' })).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'acme.externalAccountRequired',
      message: expect.stringMatching(/eab_kid and eab_hmac_key/),
    });
    await expect(open(platform, strict, { authority: 'eab', eab: { kid: 'kid-1', hmacKey: 'not base64 url!' } })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/^eab_hmac_key: is not base64url/),
    });
    await expect(open(platform, strict, { authority: 'eab', eab: { kid: 'nobody', hmacKey } })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/eab_kid "nobody": check eab_kid and eab_hmac_key/),
    });
    await expect(open(platform, strict, { authority: 'eab', eab: { kid: 'kid-1', hmacKey: hmacKey.replace('z', 'y') } })).rejects.toMatchObject({ code: 'failed_precondition' });
    expect((await only('eab')).lastError).toMatch(/eab_kid/);

    await open(platform, strict, { authority: 'eab', eab: { kid: 'kid-1', hmacKey: ` ${hmacKey}== ` } });
    expect(await only('eab')).toMatchObject({ status: 'valid', hasExternalBinding: true, lastError: null });
    // Bound already: later openings need the key no more.
    await expect(open(platform, strict, { authority: 'eab' })).resolves.toMatchObject({ status: 'valid' });
    expect(JSON.stringify(await platform.database('acme').query('select * from acme_account'))).not.toContain(hmacKey);
  }, 30_000);

  it.each([
    ['RSA2048', () => generateKeyPairSync('rsa', { modulusLength: 2_048 })],
    ['ECCSECP384R1', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' })],
  ])('that exists already is taken over by its JWK (%s), with and without its registration', async (keyType, generate) => {
    const jwk = generate().privateKey.export({ format: 'jwk' });
    const privateKeyJwk = JSON.stringify({ ...jwk, alg: 'whatever', use: 'sig' });
    const authority = `existing ${keyType}`;
    await expect(open(platform, pebble, { authority, existing: { privateKeyJwk, registration: null } })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/^acme_private_key: .*has no account with this key/),
    });
    expect(await accounts(authority)).toEqual([]);

    const url = await aForeignAccount(privateKeyJwk);
    await expect(open(platform, pebble, { authority, existing: { privateKeyJwk, registration: null } })).resolves.toMatchObject({ accountUrl: url });
    const other = JSON.stringify({ body: {}, uri: `${url.replace(/[^/]+$/, '')}1234567` });
    await expect(open(platform, pebble, { authority: `${authority} 2`, existing: { privateKeyJwk, registration: other } })).rejects.toMatchObject({ message: expect.stringMatching(/^acme_regr: /) });
    await expect(open(platform, pebble, { authority: `${authority} 2`, existing: { privateKeyJwk, registration: JSON.stringify({ body: {}, uri: url }) } })).resolves.toMatchObject({ accountUrl: url });
    expect(await only(authority)).toMatchObject({ keyType, accountUrl: url });
    await expect(obtain(await connectionOf(platform, authority), [`${keyType.toLowerCase()}.example.test`])).resolves.toBeDefined();
  }, 60_000);

  it('refuses a private key that is none, without repeating it', async () => {
    for (const privateKeyJwk of ['{"kty":"RSA","n":"abc"}', 'gAAAAABsecretsecret', '{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","d":"c2VjcmV0"}']) {
      const refused = open(platform, pebble, { authority: 'bad key', existing: { privateKeyJwk, registration: null } });
      await expect(refused).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringMatching(/^acme_private_key: is /) });
      await expect(refused).rejects.not.toMatchObject({ message: expect.stringMatching(/secret|c2Vj/) });
    }
  });

  it('gets another key, on request of an administrator alone, and goes on as before', async () => {
    const { accountUrl } = await open(platform, pebble, { authority: 'roll' });
    const before = await only('roll');
    await expect(platform.call('gateway', rollOverAcmeAccount, { id: before.id }, { principal: aPrincipal() })).rejects.toMatchObject({ code: 'permission_denied' });
    await platform.call('gateway', rollOverAcmeAccount, { id: before.id }, { principal: admin });
    const [row] = await keysOf('roll');
    expect(row).toMatchObject({ account_url: accountUrl, next_key_id: null });
    await expect(open(platform, pebble, { authority: 'roll' })).resolves.toMatchObject({ accountUrl });
    await expect(obtain(await connectionOf(platform, 'roll'), ['roll.example.test'])).resolves.toBeDefined();
    const { keys } = await platform.call('acme', listKeys, { afterSequence: 0, olderThanMs: 0, limit: 500 });
    expect(keys.filter(({ keyId }) => keyId === row!.key_id)).toHaveLength(1);
    await expect(platform.database('acme').query('select action from audit_entry where object_id = $1 order by at', [String(before.id)])).resolves.toEqual([
      { action: 'acme_account.opened' },
      { action: 'acme_account.key_changed' },
    ]);
  }, 30_000);

  it('finds out after a crash in the middle of a key change which key the CA knows', async () => {
    await open(platform, pebble, { authority: 'crash' });
    const { id } = await only('crash');
    const sql = platform.database('acme');
    const [before] = await keysOf('crash');
    await platform.call('gateway', rollOverAcmeAccount, { id }, { principal: admin });
    const [after] = await keysOf('crash');
    // As if the process had ended when the CA had said yes and nobody had written it down; the old key has meanwhile been deleted here.
    await sql.query('update acme_account set next_key_id = key_id, next_spki = spki, key_id = $2, spki = $3 where id = $1', [id, before!.key_id, before!.spki]);
    await expect(obtain(await connectionOf(platform, 'crash'), ['crash.example.test'])).resolves.toBeDefined();
    expect((await keysOf('crash'))[0]).toMatchObject({ key_id: after!.key_id, next_key_id: null });

    // As if it had ended before the CA was asked: the change that was begun is done with the key on record.
    const { keyId, spki } = await aVaultKey();
    await sql.query('update acme_account set next_key_id = $2, next_spki = $3, updated_at = now() where id = $1', [id, keyId, spki]);
    await expect(obtain(await connectionOf(platform, 'crash'), ['crash2.example.test'])).resolves.toBeDefined();
    await platform.call('gateway', rollOverAcmeAccount, { id }, { principal: admin });
    expect((await keysOf('crash'))[0]).toMatchObject({ key_id: keyId, next_key_id: null });
  }, 60_000);

  it('changes its contact when the option changed, or an administrator says so', async () => {
    await open(platform, pebble, { authority: 'contact', email: 'a@example.com' });
    const { id } = await only('contact');
    await open(platform, pebble, { authority: 'contact', email: 'b@example.com' });
    expect((await only('contact')).email).toBe('b@example.com');
    await platform.call('gateway', updateAcmeAccount, { id, email: 'c@example.com' }, { principal: admin });
    await open(platform, pebble, { authority: 'contact', email: 'b@example.com' });
    expect((await only('contact')).email).toBe('c@example.com');
  }, 30_000);

  it('ends for good when it is deactivated; opening makes another', async () => {
    const { accountUrl } = await open(platform, pebble, { authority: 'ended' });
    const { id } = await only('ended');
    await expect(platform.call('gateway', deactivateAcmeAccount, { id }, { principal: admin })).resolves.toMatchObject({ status: 'deactivated' });
    await expect(platform.call('gateway', deactivateAcmeAccount, { id }, { principal: admin })).resolves.toMatchObject({ status: 'deactivated' });
    await expect(connectionOf(platform, 'ended')).rejects.toMatchObject({ code: 'failed_precondition', reason: 'acme.no_account' });
    await expect(platform.call('gateway', rollOverAcmeAccount, { id }, { principal: admin })).rejects.toMatchObject({ code: 'failed_precondition' });
    const again = await open(platform, pebble, { authority: 'ended' });
    expect(again.accountUrl).not.toBe(accountUrl);
    expect((await accounts('ended')).map(({ status }) => status).sort()).toEqual(['deactivated', 'valid']);
  }, 30_000);

  it('that somebody else ended at the CA is seen as such', async () => {
    const jwk = JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ format: 'jwk' }));
    await aForeignAccount(jwk);
    await open(platform, pebble, { authority: 'theirs', existing: { privateKeyJwk: jwk, registration: null } });
    await open(platform, pebble, { authority: 'theirs too', existing: { privateKeyJwk: jwk, registration: null } });
    const { id } = await only('theirs too');
    await platform.call('gateway', deactivateAcmeAccount, { id }, { principal: admin });
    await expect(open(platform, pebble, { authority: 'theirs', existing: { privateKeyJwk: jwk, registration: null } })).rejects.toMatchObject({ code: 'failed_precondition' });
    expect((await only('theirs')).lastError).not.toBeNull();
  }, 30_000);

  it('says not_found for one that is not there', async () => {
    await expect(platform.call('gateway', getAcmeAccount, { id: 4_711 }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });
});

interface Keys {
  key_id: string;
  spki: Buffer;
  next_key_id: string | null;
  account_url: string;
}

const keysOf = (authority: string): Promise<Keys[]> =>
  platform.database('acme').query<Keys>('select key_id, spki, next_key_id, account_url from acme_account where authority = $1', [authority]);

async function aVaultKey(): Promise<{ keyId: string; spki: Buffer }> {
  return platform.service('acme').app.get(AccountKeys).generate();
}

/** An account that another client made. */
async function aForeignAccount(privateKeyJwk: string): Promise<string> {
  const server = platform.service('acme').app.get(AcmeServers).at({ directoryUrl: pebble.directoryUrl, caPem: pebble.caPem, isVerified: true });
  return (await new AcmeAccountClient(server).register(aJwsKey(JSON.parse(privateKeyJwk)), { contact: [], binding: null })).url;
}
