import { createHash, createPublicKey, randomBytes, randomUUID, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listSignatures, signingSliceBytes, signStaged, stageSigning, type RequestOf } from '@sifaka/contracts';
import type { TestPlatform } from '@sifaka/testing';
import { SignStaged } from '../signing/sign-staged.js';
import { aKey, aSignRequest, aVault, type MadeKey } from './a-vault.js';

let platform: TestPlatform;
let authority: MadeKey;

beforeAll(async () => {
  platform = await aVault();
  authority = await aKey(platform, { purpose: 'authority' });
}, 60_000);
afterAll(() => platform.stop());

/** Starts like a revocation list, which no certificate does. */
const aList = (bytes: number): Buffer => Buffer.concat([Buffer.from('3003020101', 'hex'), randomBytes(bytes)]);

async function stage(bytes: Buffer, stageId: string = randomUUID()): Promise<{ stageId: string; slices: number; sha256: string }> {
  let position = 0;
  for (let start = 0; start < bytes.length; start += signingSliceBytes) {
    await platform.call('issuer', stageSigning, { stageId, position, bytes: bytes.subarray(start, start + signingSliceBytes).toString('base64') });
    position += 1;
  }
  return { stageId, slices: position, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const sign = async (staged: Awaited<ReturnType<typeof stage>>, key: MadeKey, parts: Partial<RequestOf<typeof signStaged>> = {}): Promise<Buffer> =>
  Buffer.from((await platform.call('issuer', signStaged, { ...staged, keyId: key.keyId, hash: 'sha256', purpose: 'crl', ...parts })).signature, 'base64');

const publicKey = ({ spki }: MadeKey) => createPublicKey({ key: spki, format: 'der', type: 'spki' });
const waiting = () => platform.database('keyvault').query('select from staged_slice');

describe('what is longer than a message', () => {
  it.each(['ECCPRIME256V1', 'RSA2048', 'ED25519'])('is signed with a key of type %s', async (keyType) => {
    const key = await aKey(platform, { purpose: 'authority', keyType });
    const list = aList(2_000_000);
    const hash = keyType === 'ED25519' ? null : 'sha256';
    const signature = await sign(await stage(list), key, { hash });
    expect(verify(hash, list, publicKey(key), signature)).toBe(true);
    expect(await waiting()).toEqual([]);
  });

  it('stands in the journal by its digest, and a short one with its bytes', async () => {
    const [long, short] = [aList(100_000), aList(1_000)];
    for (const list of [long, short]) await sign(await stage(list), authority);
    const rows = await platform.database('keyvault').query<{ tbs: Buffer; tbs_sha256: Buffer }>("select tbs, tbs_sha256 from signing_journal where purpose = 'crl' order by sequence desc limit 2");
    expect(rows[0]?.tbs.equals(short)).toBe(true);
    expect(rows[1]?.tbs.length).toBe(0);
    expect(rows[1]?.tbs_sha256.equals(createHash('sha256').update(long).digest())).toBe(true);
    const { signatures } = await platform.call('issuer', listSignatures, { afterSequence: 0, olderThanMs: 0, limit: 500 });
    expect(signatures.at(-1)).toMatchObject({ purpose: 'crl', tbsDer: short.toString('base64') });
  });

  it('is signed only as it was announced, and whole', async () => {
    const staged = await stage(aList(1_000));
    await expect(sign({ ...staged, sha256: '0'.repeat(64) }, authority)).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(sign({ ...staged, slices: 2 }, authority)).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('slice 1') });
    await expect(platform.call('issuer', stageSigning, { stageId: staged.stageId, position: 0, bytes: 'AAAA' })).rejects.toMatchObject({ code: 'already_exists' });
  });

  it('is no certificate', async () => {
    const { tbs } = aSignRequest(authority);
    await expect(sign(await stage(tbs), authority)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('is a certificate') });
  });

  it('is signed by keys of authorities alone', async () => {
    const staged = await stage(aList(100));
    for (const purpose of ['certificate', 'responder'] as const) {
      await expect(sign(staged, await aKey(platform, { purpose }))).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('not crl') });
    }
  });

  it('is forgotten when nobody has it signed within an hour', async () => {
    await stage(aList(100));
    await platform.service('keyvault').app.get(SignStaged).sweep();
    expect(await waiting()).not.toEqual([]);
    await platform.database('keyvault').query("update staged_slice set staged_at = staged_at - interval '61 minutes'");
    await platform.service('keyvault').app.get(SignStaged).sweep();
    expect(await waiting()).toEqual([]);
  });
});
