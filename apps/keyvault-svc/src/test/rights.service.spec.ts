import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deleteKeys,
  deleteSecrets,
  exportKey,
  generateKeys,
  listKeys,
  putSecrets,
  resolveSecrets,
  serviceStatus,
  signWithKeys,
  type ServiceName,
} from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { aKey, aSignRequest, aVault } from './a-vault.js';

let platform: TestPlatform;

beforeAll(async () => (platform = await aVault()), 60_000);
afterAll(() => platform.stop());

const exportAs = (service: ServiceName, keyId: string) =>
  platform.call(
    service,
    exportKey,
    { keyId, reason: 'export', objectName: 'www.example.org' },
    { principal: aPrincipal({ email: 'bob@example.com' }) },
  );

describe('a key', () => {
  it('leaves for issuer-svc and deploy-svc alone', async () => {
    const { keyId } = await aKey(platform);
    const [one, other] = [await exportAs('issuer', keyId), await exportAs('deploy', keyId)];
    expect(one.pkcs8Der).toBe(other.pkcs8Der);
    for (const service of ['notify', 'discovery', 'acme', 'gateway'] as const) {
      await expect(exportAs(service, keyId)).rejects.toMatchObject({ code: 'permission_denied' });
    }
  });

  it('of an authority never leaves', async () => {
    const { keyId } = await aKey(platform, { purpose: 'authority' });
    for (const service of ['issuer', 'deploy'] as const)
      await expect(exportAs(service, keyId)).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await platform.database('keyvault').query('select from key_access_journal where key_id = $1', [keyId])).toEqual([]);
  });

  it('is on record with who saw it and why, before it leaves, and its bytes are not', async () => {
    const { keyId } = await aKey(platform);
    const audit = await platform.events('sifaka.v1.audit.recorded');
    const { pkcs8Der } = await exportAs('issuer', keyId);
    const sql = platform.database('keyvault');
    expect(await sql.query('select caller, actor, reason, object_name from key_access_journal where key_id = $1', [keyId])).toEqual([
      { caller: 'issuer', actor: 'bob@example.com', reason: 'export', object_name: 'www.example.org' },
    ]);
    expect(await sql.query('select action, object_name from audit_entry where object_id = $1', [keyId])).toEqual([
      { action: 'key.exported', object_name: 'www.example.org' },
    ]);
    const event = await audit.waitFor(({ data }) => JSON.stringify(data).includes(keyId));
    expect(event.data).toMatchObject({
      action: 'key.exported',
      actor: { name: 'bob@example.com' },
      details: { reason: 'export', caller: 'issuer' },
    });
    expect(JSON.stringify(audit.heard)).not.toContain(pkcs8Der.slice(40, 80));
    audit.stop();
  });

  it('does not leave when the record cannot be written', async () => {
    const { keyId } = await aKey(platform);
    const long = `${'x'.repeat(300)}@example.com`;
    const sql = platform.database('keyvault');
    await sql.query(`alter table key_access_journal add constraint full_disk check (actor not like 'xxx%')`);
    const asked = platform.call(
      'issuer',
      exportKey,
      { keyId, reason: 'export', objectName: 'x' },
      { principal: aPrincipal({ email: long }) },
    );
    await expect(asked).rejects.toMatchObject({ code: 'internal', message: 'internal error' });
    await sql.query('alter table key_access_journal drop constraint full_disk');
    expect(await sql.query('select from audit_entry where object_id = $1', [keyId])).toEqual([]);
  });

  it('of one service does not exist for another', async () => {
    const { keys } = await platform.call('acme', generateKeys, { keys: [{ keyType: 'ECCPRIME256V1', purpose: 'account' }] });
    const { keyId } = keys[0]!;
    await expect(exportAs('issuer', keyId)).rejects.toMatchObject({ code: 'not_found' });
    await expect(exportAs('deploy', keyId)).rejects.toMatchObject({ code: 'not_found' });
    const { request } = aSignRequest({ keyId, spki: Buffer.alloc(0), csr: null }, { spki: (await aKey(platform)).spki });
    await expect(platform.call('issuer', signWithKeys, { requests: [request] })).rejects.toMatchObject({ code: 'not_found' });
    expect(await platform.call('issuer', deleteKeys, { keyIds: [keyId] })).toEqual({ deleted: 0 });
    const { keys: listed } = await platform.call('issuer', listKeys, { afterSequence: 0, olderThanMs: 0, limit: 500 });
    expect(listed.map((key) => key.keyId)).not.toContain(keyId);
    const { keys: own } = await platform.call('acme', listKeys, { afterSequence: 0, olderThanMs: 0, limit: 500 });
    expect(own.map((key) => key.keyId)).toEqual([keyId]);
  });

  it('that was deleted is gone, and signs no more', async () => {
    const authority = await aKey(platform, { purpose: 'authority' });
    await platform.call('issuer', signWithKeys, { requests: [aSignRequest(authority).request] });
    expect(await platform.call('issuer', deleteKeys, { keyIds: [authority.keyId, randomUUID()] })).toEqual({ deleted: 1 });
    expect(await platform.call('issuer', deleteKeys, { keyIds: [authority.keyId] })).toEqual({ deleted: 0 });
    await expect(platform.call('issuer', signWithKeys, { requests: [aSignRequest(authority).request] })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(
      await platform.database('keyvault').query('select action from audit_entry where object_id = $1 order by at', [authority.keyId]),
    ).toEqual([{ action: 'key.generated' }, { action: 'key.deleted' }]);
  });
});

describe('a secret', () => {
  it('comes back to the service that stored it, in the order asked', async () => {
    const values = ['s3cret', '', 'ключ 🔑'];
    const { refs } = await platform.call('deploy', putSecrets, {
      secrets: values.map((value) => ({ value, label: 'destination option' })),
    });
    expect((await platform.call('deploy', resolveSecrets, { refs: [...refs].reverse() })).values).toEqual([...values].reverse());
  });

  it('is not found by any other service, nor after it was deleted', async () => {
    const { refs } = await platform.call('deploy', putSecrets, { secrets: [{ value: 's3cret', label: 'x' }] });
    const missing = { code: 'not_found', message: `there is no ${refs[0]}` };
    await expect(platform.call('notify', resolveSecrets, { refs })).rejects.toMatchObject(missing);
    expect(await platform.call('notify', deleteSecrets, { refs })).toEqual({ deleted: 0 });
    expect(await platform.call('deploy', deleteSecrets, { refs })).toEqual({ deleted: 1 });
    await expect(platform.call('deploy', resolveSecrets, { refs })).rejects.toMatchObject(missing);
  });

  it('leaves a record of everything that was done with it: by whom, which, what for, and never its value', async () => {
    const { refs } = await platform.call('deploy', putSecrets, { secrets: [{ value: 'hush hush', label: 'token of target 7' }] });
    await platform.call('deploy', resolveSecrets, { refs });
    await expect(platform.call('notify', resolveSecrets, { refs })).rejects.toMatchObject({ code: 'not_found' });
    await platform.call('notify', deleteSecrets, { refs });
    await platform.call('deploy', deleteSecrets, { refs });
    const id = refs[0]?.slice('secret:'.length);
    const entries = await platform
      .database('keyvault')
      .query('select action, object_type, object_name, details from audit_entry where object_id = $1 order by at, id', [id]);
    const entry = (action: string) => ({ action, object_type: 'secret', object_name: 'token of target 7', details: { caller: 'deploy' } });
    expect(entries).toEqual([entry('secret.stored'), entry('secret.resolved'), entry('secret.deleted')]);
    const [found] = await platform.database('keyvault').query("select 1 from audit_entry a where a::text like '%hush hush%'");
    expect(found).toBeUndefined();
  });

  it('with a malformed reference is not found', async () => {
    await expect(platform.call('deploy', resolveSecrets, { refs: [`secret:${'-'.repeat(36)}`] })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is not in the database in any readable form', async () => {
    await platform.call('deploy', putSecrets, { secrets: [{ value: 'correct horse battery staple', label: 'x' }] });
    const rows = await platform
      .database('keyvault')
      .query<{ wrapped_key: Buffer; ciphertext: Buffer }>('select wrapped_key, ciphertext from secret');
    expect(rows.some(({ ciphertext }) => ciphertext.includes('horse'))).toBe(false);
  });

  it('moved to another row is of no use there', async () => {
    const { refs } = await platform.call('deploy', putSecrets, { secrets: [1, 2].map((n) => ({ value: `value ${n}`, label: 'x' })) });
    const [one, two] = refs.map((ref) => ref.slice('secret:'.length));
    await platform
      .database('keyvault')
      .query(
        'update secret set wrapped_key = other.wrapped_key, ciphertext = other.ciphertext from secret other where secret.id = $1 and other.id = $2',
        [one, two],
      );
    await expect(platform.call('deploy', resolveSecrets, { refs: [refs[0]!] })).rejects.toMatchObject({
      code: 'internal',
      message: 'internal error',
    });
    expect((await platform.call('deploy', resolveSecrets, { refs: [refs[1]!] })).values).toEqual(['value 2']);
  });
});

describe('the key vault', () => {
  it('tells the gateway about itself and its jobs', async () => {
    const status = await platform.call('gateway', serviceStatus.keyvault, {});
    expect(status).toMatchObject({ service: 'keyvault', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(status.jobs.map(({ name, cron }) => ({ name, cron }))).toContainEqual({ name: 'rekey', cron: '17 3 * * *' });
  });

  it('keeps its schema to itself', async () => {
    await expect(platform.database('notify').query('select * from keyvault.key')).rejects.toThrow(/permission denied/);
  });
});
