import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeys, signWithKeys, viewCertificateKey, type AuthorityRecord } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { createLogger } from '@sifaka/observability';
import { parseCertificate } from '@sifaka/pki';
import { CONFIG } from '@sifaka/runtime';
import type { TestPlatform } from '@sifaka/testing';
import { CertificateInserter } from '../certificate/certificate-inserter.js';
import type { IssuerConfig } from '../issuer.config.js';
import { ReconcileKeyvault } from '../reconcile/reconcile-keyvault.js';
import { ReconcileRepository } from '../reconcile/reconcile.repository.js';
import { admin, anAuthority, anIssuer, issue } from './an-issuer.js';

let platform: TestPlatform;
let root: AuthorityRecord;

beforeAll(async () => {
  platform = await anIssuer();
  root = await anAuthority(platform);
});
afterAll(() => platform.stop());

/** The job, where a request has so many seconds, on a machine whose clock is so many minutes ahead. */
async function reconcile(issueLimitSeconds: number, aheadMinutes = 0): Promise<void> {
  const { app } = platform.service('issuer');
  const clock = { now: () => new Date(Date.now() + aheadMinutes * 60_000) };
  const config = { ...app.get<IssuerConfig>(CONFIG), issueLimitSeconds };
  const job = new ReconcileKeyvault(app.get(RpcClient), app.get(ReconcileRepository), clock, createLogger({ level: 'silent' }), config);
  await job.run({}, { signal: new AbortController().signal });
}

const rows = (sql: string, params: unknown[] = []) => platform.database('issuer').query<Record<string, string>>(sql, params);
const isInVault = async (keyId: string) => (await platform.database('keyvault').query('select 1 from key where id = $1', [keyId])).length === 1;

describe('a stop between key and signature', () => {
  it('leaves a key that is deleted, though not before a request can still use it', async () => {
    const { keys } = await platform.call('issuer', generateKeys, { keys: [{ keyType: 'ECCPRIME256V1', purpose: 'certificate' }] });
    const keyId = keys[0]?.keyId ?? '';
    await reconcile(60);
    expect(await isInVault(keyId)).toBe(true);
    await reconcile(60, 180);
    expect(await isInVault(keyId)).toBe(true);
    await reconcile(0);
    expect(await isInVault(keyId)).toBe(false);
  });

  it('never costs a certificate or an authority its key', async () => {
    const certificates = await Promise.all(Array.from({ length: 10 }, () => issue(platform, root)));
    await reconcile(0);
    for (const { id } of certificates) {
      const { key } = await platform.call('gateway', viewCertificateKey, { id }, { principal: admin });
      expect(key).toContain('BEGIN EC PRIVATE KEY');
    }
    expect(await issue(platform, root)).toMatchObject({ hasPrivateKey: true });
  });
});

describe('a stop between signature and row', () => {
  it('leaves a signature that is kept and told of, once', async () => {
    const events = await platform.events('sifaka.v1.signature.orphaned');
    const [authority] = await rows('select key_id from authority where id = $1', [root.id]);
    const tbs = parseCertificate((await issue(platform, root)).body).tbs;
    // The same bytes but for the serial: what a certificate that was never stored looks like in the journal.
    const serial = parseCertificate((await issue(platform, root)).body).serialHex;
    const lost = Buffer.from(tbs);
    lost[20] = (lost[20] ?? 0) ^ 1;
    const { serialHex } = serialOf(lost);
    expect(serialHex).not.toBe(serial);
    await platform.call('issuer', signWithKeys, {
      requests: [{ keyId: authority?.key_id ?? '', tbsDer: lost.toString('base64'), hash: 'sha256', purpose: 'certificate', serialHex, subjectKeyId: null }],
    });

    await reconcile(0);
    await reconcile(0);
    const kept = await rows('select serial_hex, authority_id from orphan_signature');
    expect(kept).toEqual([{ serial_hex: serialHex, authority_id: root.id }]);
    expect(await events.waitFor((event) => event.subject === serialHex)).toMatchObject({ data: { authorityId: root.id, serialHex } });
  });

  it('cannot be followed by a row whose key is gone: what comes too late is not stored', async () => {
    const issued = await issue(platform, root);
    const inserter = platform.service('issuer').app.get(CertificateInserter);
    const certificate = {
      facts: parseCertificate(issued.body),
      chainId: null,
      csrDer: null,
      keyId: null,
      externalId: null,
      owner: 'late@corp.test',
      ownerRoleId: 20,
      roleIds: [20],
      description: null,
      notify: true,
      rotation: false,
      rotationPolicy: null,
      name: 'late',
      authorityId: null,
      rootAuthorityId: null,
      replaces: [],
      request: null,
      storeBefore: new Date(Date.now() - 1_000),
      principal: admin,
      at: new Date(),
    };
    await expect(inserter.add({ door: 'issued', certificate })).rejects.toMatchObject({ code: 'unavailable', reason: 'certificate.too_late' });
    expect(await rows("select 1 from certificate where name = 'late'")).toEqual([]);
    expect(await rows("select 1 from audit_entry where object_name = 'late'")).toEqual([]);
  });
});

/** Serial of an encoded TBSCertificate: [0] version, INTEGER. */
function serialOf(tbs: Buffer): { serialHex: string } {
  const header = (tbs[1] ?? 0) > 0x80 ? 2 + ((tbs[1] ?? 0) & 0x7f) : 2;
  const at = header + 5;
  const length = tbs[at + 1] ?? 0;
  return { serialHex: BigInt(`0x${tbs.subarray(at + 2, at + 2 + length).toString('hex')}`).toString(16).toUpperCase() };
}
