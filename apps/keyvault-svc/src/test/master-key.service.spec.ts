import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportKey, putSecrets, resolveSecrets, runServiceJob, serviceStatus } from '@sifaka/contracts';
import { startService, type RunningService } from '@sifaka/runtime';
import { waitUntil, type TestPlatform } from '@sifaka/testing';
import { keyvaultService } from '../keyvault.service.js';
import { LocalMasterKey } from '../master-key/master-key.js';
import { aKey, aMasterKey, aVault } from './a-vault.js';

const [first, second, third] = [aMasterKey(), aMasterKey(), aMasterKey()];
const fingerprint = (text: string) => new LocalMasterKey(Buffer.from(text, 'base64')).fingerprint;

let platform: TestPlatform;
const started: RunningService[] = [];

beforeAll(async () => (platform = await aVault({ SIFAKA_MASTER_KEYS: first })), 60_000);
afterAll(async () => {
  await Promise.all(started.map((service) => service.stop()));
  await platform.stop();
});

/** The vault on the same data with other master keys. */
async function startWith(...keys: string[]): Promise<RunningService> {
  const service = await startService(keyvaultService, {
    env: { ...platform.environmentOf('keyvault'), SIFAKA_MASTER_KEYS: keys.join('\n'), SIFAKA_LOG_LEVEL: 'silent' },
  });
  started.push(service);
  return service;
}

const states = () => platform.database('keyvault').query('select fingerprint, state from master_key order by first_seen_at');

describe('master keys', () => {
  it('of a first start are recorded, and any other is taken as long as nothing is stored', async () => {
    expect(await states()).toEqual([{ fingerprint: fingerprint(first), state: 'active' }]);
    const other = await startWith(third);
    await other.stop();
    expect(await states()).toEqual([
      { fingerprint: fingerprint(first), state: 'active' },
      { fingerprint: fingerprint(third), state: 'active' },
    ]);
  });

  it('that are missing keep the vault from starting, with one line that names what is needed and what was given', async () => {
    await aKey(platform);
    const refused = await startWith(second, third).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'failed_precondition',
      message: `stored keys and secrets need master key ${fingerprint(first)}, given: ${fingerprint(second)}, ${fingerprint(third)}. Add what is missing to SIFAKA_MASTER_KEYS (the first one writes, all read).`,
    });
    expect(String(refused)).not.toContain(second);
  });

  it.each([
    [undefined, 'SIFAKA_MASTER_KEYS: required'],
    ['not-a-key', 'SIFAKA_MASTER_KEYS: [redacted]: key 1 of 1 is not 32 bytes'],
  ])('given as %s are refused before anything is touched', async (given, message) => {
    const env = { ...platform.environmentOf('keyvault'), SIFAKA_MASTER_KEYS: given };
    await expect(startService(keyvaultService, { env })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining(message),
    });
  });

  it('are read under the name that Lemur used', async () => {
    const env = {
      ...platform.environmentOf('keyvault'),
      SIFAKA_MASTER_KEYS: undefined,
      LEMUR_ENCRYPTION_KEYS: first,
      SIFAKA_LOG_LEVEL: 'silent',
    };
    const service = await startService(keyvaultService, { env });
    await service.stop();
  });

  it('whose register was altered keep the vault from starting', async () => {
    const sql = platform.database('keyvault');
    const swap =
      'update master_key set canary_ciphertext = overlay(canary_ciphertext placing $2::bytea from 40) where fingerprint = $1 returning 1';
    const [before] = await sql.query<{ byte: Buffer }>(
      'select substring(canary_ciphertext from 40 for 1) as byte from master_key where fingerprint = $1',
      [fingerprint(first)],
    );
    await sql.query(swap, [fingerprint(first), Buffer.of(before!.byte[0]! ^ 1)]);
    await expect(startWith(first)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining(`master key ${fingerprint(first)} does not open`),
    });
    await sql.query(swap, [fingerprint(first), before!.byte]);
  });

  it('are rotated online: new rows under the new key, old ones moved, the old key no longer needed', async () => {
    const old = await aKey(platform);
    const { refs } = await platform.call('deploy', putSecrets, { secrets: [{ value: 'kept', label: 'x' }] });
    const authority = await aKey(platform, { purpose: 'authority' });
    await platform.service('keyvault').stop();

    const both = await startWith(second, first);
    const young = await aKey(platform);
    const sql = platform.database('keyvault');
    expect(await sql.query('select master_key from key where id = $1', [young.keyId])).toEqual([{ master_key: fingerprint(second) }]);
    expect((await platform.call('deploy', resolveSecrets, { refs })).values).toEqual(['kept']);

    await platform.call('gateway', runServiceJob.keyvault, { name: 'rekey' });
    const runs = () =>
      sql.query<{ rewrapped: number; retired: string[] }>('select rewrapped, retired from rekey_run where finished_at is not null');
    const [run] = await waitUntil(async () => {
      const found = await runs();
      return found.length > 0 ? found : null;
    });
    expect(run!.rewrapped).toBeGreaterThanOrEqual(4);
    expect([...run!.retired].sort()).toEqual([fingerprint(first), fingerprint(third)].sort());
    const { jobs } = await platform.call('gateway', serviceStatus.keyvault, {});
    expect(jobs.find(({ name }) => name === 'rekey')).toMatchObject({ lastError: null, lastSuccessAt: expect.any(String) });
    await both.stop();

    await startWith(second);
    await expect(platform.call('issuer', exportKey, { keyId: old.keyId, reason: 'export', objectName: 'x' })).resolves.toBeDefined();
    expect((await platform.call('deploy', resolveSecrets, { refs })).values).toEqual(['kept']);
    expect(authority.keyId).toBeDefined();
    await expect(startWith(first)).rejects.toMatchObject({
      message: expect.stringContaining(`need master key ${fingerprint(second)}, given: ${fingerprint(first)}`),
    });
  }, 60_000);

  it('that were retired are not written under by a vault that was started before', async () => {
    const sql = platform.database('keyvault');
    await sql.query(`update master_key set state = 'retired' where fingerprint = $1`, [fingerprint(second)]);
    await expect(aKey(platform)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining(`master key ${fingerprint(second)} was retired`),
    });
    await sql.query(`update master_key set state = 'active' where fingerprint = $1`, [fingerprint(second)]);
    await expect(aKey(platform)).resolves.toBeDefined();
  });
});
