import { generateKeyPairSync, randomBytes, verify, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportKey, generateKeys, listSignatures, signWithKeys } from '@sifaka/contracts';
import { encodeSshTbs, randomSerial, serialHex } from '@sifaka/pki';
import { waitUntil, type TestPlatform } from '@sifaka/testing';
import { aKey, aSignRequest, aVault, sign, type MadeKey } from './a-vault.js';

let platform: TestPlatform;
let authority: MadeKey;

beforeAll(async () => {
  platform = await aVault();
  authority = await aKey(platform, { purpose: 'authority' });
}, 60_000);
afterAll(() => platform.stop());

const isSigned = (tbs: Buffer, signature: Buffer, { spki }: MadeKey) =>
  verify('sha256', tbs, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature);

const dropConnections = () =>
  platform
    .database('keyvault')
    .query(
      'select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and datname = current_database() and pid <> pg_backend_pid()',
    );

describe('the journal', () => {
  it('has every signature of an authority, with what was signed', async () => {
    const { request, tbs } = aSignRequest(authority);
    const [signature] = await sign(platform, request);
    expect(isSigned(tbs, signature!, authority)).toBe(true);
    const { signatures } = await platform.call('issuer', listSignatures, { afterSequence: 0, olderThanMs: 0, limit: 500 });
    expect(signatures.at(-1)).toMatchObject({
      keyId: authority.keyId,
      purpose: 'certificate',
      serialHex: request.serialHex,
      tbsDer: request.tbsDer,
      signatureDer: signature!.toString('base64'),
    });
    expect(
      await platform.call('issuer', listSignatures, { afterSequence: signatures.at(-1)!.sequence, olderThanMs: 0, limit: 500 }),
    ).toEqual({
      signatures: [],
    });
    expect((await platform.call('issuer', listSignatures, { afterSequence: 0, olderThanMs: 60_000, limit: 500 })).signatures).toEqual([]);
  });

  it('cannot be altered, not even by the role that owns it', async () => {
    const sql = platform.database('keyvault');
    await expect(sql.query('delete from signing_journal')).rejects.toThrow('never changed or removed');
    await expect(sql.query(`update key_access_journal set actor = 'nobody'`)).rejects.toThrow('never changed or removed');
  });

  it('does not let an authority use a serial number twice, whatever its spelling, and spoils nothing else', async () => {
    const serial = randomSerial(randomBytes);
    const first = aSignRequest(authority, { serial });
    await sign(platform, first.request);
    await expect(sign(platform, { ...first.request, serialHex: `00${serialHex(serial).toLowerCase()}` })).rejects.toMatchObject({
      code: 'already_exists',
      message: expect.stringContaining(serialHex(serial)),
    });
    const other = await aKey(platform, { purpose: 'authority' });
    await expect(sign(platform, aSignRequest(other, { serial }).request)).resolves.toHaveLength(1);
    const twice = aSignRequest(authority).request;
    const answers = await Promise.allSettled([
      sign(platform, twice),
      sign(platform, aSignRequest(authority).request),
      sign(platform, twice),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(answers[1].status).toBe('fulfilled');
  });

  it('vouches for what it says: no certificate under another name or serial', async () => {
    const { request } = aSignRequest(authority);
    const refused = (parts: Partial<typeof request>, path: string) =>
      expect(sign(platform, { ...request, ...parts })).rejects.toMatchObject({
        code: 'invalid_argument',
        fields: [{ path: `requests.0.${path}` }],
      });
    await refused({ serialHex: 'ABCDEF' }, 'serialHex');
    await refused({ serialHex: null }, 'serialHex');
    await refused({ purpose: 'crl', serialHex: null }, 'tbsDer');
    await refused({ purpose: 'account', serialHex: null }, 'purpose');
    await refused({ tbsDer: Buffer.from('no certificate').toString('base64') }, 'tbsDer');
    await refused({ hash: null }, 'hash');
    const leaf = await aKey(platform);
    await refused({ keyId: leaf.keyId }, 'purpose');
  });
});

describe('many callers at once', () => {
  it('get five hundred keys and certificates, each its own, no serial twice', async () => {
    const made = await Promise.all(
      Array.from({ length: 500 }, async () => {
        const leaf = await aKey(platform);
        const { request, tbs } = aSignRequest(authority, { spki: leaf.spki, subjectKeyId: leaf.keyId });
        const [signature] = await sign(platform, request);
        return { leaf, tbs, signature: signature!, serial: request.serialHex };
      }),
    );
    expect(new Set(made.map(({ leaf }) => leaf.keyId)).size).toBe(500);
    expect(new Set(made.map(({ leaf }) => leaf.spki.toString('hex'))).size).toBe(500);
    expect(new Set(made.map(({ serial }) => serial)).size).toBe(500);
    expect(made.every(({ tbs, signature }) => isSigned(tbs, signature, authority))).toBe(true);
    const [rows] = await platform
      .database('keyvault')
      .query<{ count: number }>(
        'select count(*)::int as count from signing_journal join key on key.id = subject_key_id where subject_key_id = any($1::uuid[])',
        [made.map(({ leaf }) => leaf.keyId)],
      );
    expect(rows!.count).toBe(500);
    const { leaf } = made[250]!;
    const { pkcs8Der } = await platform.call('issuer', exportKey, { keyId: leaf.keyId, reason: 'export', objectName: 'x' });
    expect(Buffer.from(pkcs8Der, 'base64').includes(leaf.spki.subarray(26))).toBe(true);
  }, 60_000);

  it('lose nothing that was acknowledged when the database drops its connections in between', async () => {
    const outcomes: Promise<{ leaf: MadeKey; tbs: Buffer } | null>[] = [];
    const attempt = async () => {
      try {
        const leaf = await aKey(platform);
        const { request, tbs } = aSignRequest(authority, { spki: leaf.spki, subjectKeyId: leaf.keyId });
        await sign(platform, request);
        return { leaf, tbs };
      } catch (error) {
        // Nothing but "try again" reaches a caller.
        expect(error).toMatchObject({ code: 'unavailable' });
        return null;
      }
    };
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 20; i++) outcomes.push(attempt());
      await new Promise((resolve) => setImmediate(resolve));
      await dropConnections();
    }
    const acknowledged = (await Promise.all(outcomes)).filter((outcome) => outcome !== null);
    await waitUntil(async () => (await aKey(platform)).keyId);
    const rows = await platform
      .database('keyvault')
      .query<{ id: string; tbs: Buffer }>(
        'select key.id, tbs from signing_journal join key on key.id = subject_key_id where key.id = any($1::uuid[])',
        [acknowledged.map(({ leaf }) => leaf.keyId)],
      );
    const found = new Map(rows.map(({ id, tbs }) => [id, tbs]));
    for (const { leaf, tbs } of acknowledged) expect(found.get(leaf.keyId)?.equals(tbs)).toBe(true);
  }, 60_000);
});

describe('batches', () => {
  it('of 256 keys and 256 signatures are one call each', async () => {
    const { keys } = await platform.call('issuer', generateKeys, {
      keys: Array.from({ length: 256 }, () => ({ keyType: 'ECCPRIME256V1', purpose: 'certificate' as const })),
    });
    const jobs = keys.map(({ keyId, publicKeyDer }) =>
      aSignRequest(authority, { spki: Buffer.from(publicKeyDer, 'base64'), subjectKeyId: keyId }),
    );
    const { signatures } = await platform.call('issuer', signWithKeys, { requests: jobs.map(({ request }) => request) });
    expect(jobs.every(({ tbs }, index) => isSigned(tbs, Buffer.from(signatures[index]!, 'base64'), authority))).toBe(true);
  });

  it('of the journal fit into one message each, and lead on from where they stopped', async () => {
    const seen: number[] = [];
    for (;;) {
      const { signatures } = await platform.call('issuer', listSignatures, {
        afterSequence: seen.at(-1) ?? 0,
        olderThanMs: 0,
        limit: 500,
      });
      if (signatures.length === 0) break;
      seen.push(...signatures.map(({ sequence }) => sequence));
    }
    const [rows] = await platform.database('keyvault').query<{ count: number }>('select count(*)::int as count from signing_journal');
    expect(seen).toHaveLength(rows!.count);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('a certificate of OpenSSH', () => {
  const tbsFor = ({ spki }: MadeKey, serial: bigint) =>
    encodeSshTbs({
      kind: 'user',
      spki: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }),
      issuerSpki: spki,
      serial,
      keyId: 'test',
      principals: ['rivera'],
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2027-01-01T00:00:00Z'),
      criticalOptions: {},
      extensions: [],
      nonce: randomBytes(32),
    });
  const asked = ({ keyId }: MadeKey, tbs: Buffer, serial: string) => ({ ...aSignRequest(authority).request, keyId, purpose: 'ssh' as const, serialHex: serial, tbsDer: tbs.toString('base64') });

  it('is signed under its own serial number, once', async () => {
    const tbs = tbsFor(authority, 0x1a2bn);
    const [signature] = await sign(platform, asked(authority, tbs, '1A2B'));
    expect(isSigned(tbs, signature!, authority)).toBe(true);
    await expect(sign(platform, asked(authority, tbsFor(authority, 0x1a2bn), '1A2B'))).rejects.toMatchObject({ code: 'already_exists' });
    await expect(sign(platform, asked(authority, tbs, '1A2C'))).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('is signed by the authority that it names, and by no other; nothing else is signed as one', async () => {
    const other = await aKey(platform, { purpose: 'authority' });
    await expect(sign(platform, asked(other, tbsFor(authority, 7n), '7'))).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'requests.0.tbsDer' }] });
    const { tbs } = aSignRequest(authority);
    await expect(sign(platform, asked(authority, tbs, '7'))).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'requests.0.tbsDer' }] });
    await expect(sign(platform, { ...asked(authority, tbsFor(authority, 8n), '8'), purpose: 'certificate' })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(sign(platform, { ...asked(authority, tbsFor(authority, 8n), '8'), purpose: 'crl' })).rejects.toMatchObject({ code: 'invalid_argument' });
    const leaf = await aKey(platform, { purpose: 'certificate' });
    await expect(sign(platform, asked(leaf, tbsFor(leaf, 9n), '9'))).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'requests.0.purpose' }] });
  });
});
