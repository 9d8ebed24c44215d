import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportKey, serviceStatus } from '@sifaka/contracts';
import { fromPkcs8Der, publicKeyOf } from '@sifaka/pki';
import { waitUntil, type TestPlatform } from '@sifaka/testing';
import { aKey, aSignRequest, aVault, sign, type MadeKey } from './a-vault.js';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const isBuilt = existsSync(program);
if (!isBuilt) process.stderr.write('skipped: a killed key vault (build first)\n');

let platform: TestPlatform;
let running: ChildProcess | undefined;

beforeAll(async () => {
  platform = await aVault();
  await platform.service('keyvault').stop();
}, 60_000);
afterAll(async () => {
  running?.kill('SIGKILL');
  await platform.stop();
});

/** The vault as a process of its own. */
async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program], {
    env: { ...platform.environmentOf('keyvault'), SIFAKA_LOG_LEVEL: 'error' },
    stdio: 'inherit',
  });
  await waitUntil(() => platform.call('gateway', serviceStatus.keyvault, {}), { timeoutMs: 30_000 });
  return child;
}

interface Acknowledged {
  leaf: MadeKey;
  tbs: Buffer;
  signature: Buffer | null;
}

(isBuilt ? describe : describe.skip)('a key vault that is killed during two hundred requests', () => {
  it('has every key and every signature that it answered with', async () => {
    running = await start();
    const authority = await aKey(platform, { purpose: 'authority' });
    const acknowledged: Acknowledged[] = [];
    const attempt = async () => {
      const leaf = await aKey(platform);
      const { request, tbs } = aSignRequest(authority, { spki: leaf.spki, subjectKeyId: leaf.keyId });
      const entry: Acknowledged = { leaf, tbs, signature: null };
      acknowledged.push(entry);
      [entry.signature = null] = await sign(platform, request);
      // In the thick of it: some are answered, some are on their way.
      if (acknowledged.filter(({ signature }) => signature !== null).length === 60) running?.kill('SIGKILL');
    };
    const killed = once(running, 'exit');
    const settled = Promise.allSettled(Array.from({ length: 200 }, attempt));
    await killed;
    running = await start();
    await settled;

    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    for (const { leaf } of acknowledged) {
      const { pkcs8Der } = await platform.call('issuer', exportKey, { keyId: leaf.keyId, reason: 'export', objectName: 'x' });
      expect(publicKeyOf(fromPkcs8Der(Buffer.from(pkcs8Der, 'base64'))).equals(leaf.spki)).toBe(true);
    }
    const rows = await platform
      .database('keyvault')
      .query<{ subject_key_id: string; tbs: Buffer; signature: Buffer }>('select * from signing_journal');
    const journal = new Map(rows.map((row) => [row.subject_key_id, row]));
    for (const { leaf, tbs, signature } of acknowledged) {
      if (signature === null) continue;
      const row = journal.get(leaf.keyId);
      expect(row?.tbs.equals(tbs) && row.signature.equals(signature)).toBe(true);
    }
  }, 120_000);
});
