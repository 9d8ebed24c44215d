import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataDir } from './data-dir.js';
import { openSecrets } from './secrets.js';

describe('secrets of an installation', () => {
  let dataDir: DataDir;
  beforeEach(() => {
    dataDir = DataDir.open(mkdtempSync(join(tmpdir(), 'sifaka-secrets-')));
  });
  afterEach(() => {
    rmSync(dataDir.path, { recursive: true, force: true });
  });

  const pretendDatabase = () => {
    mkdirSync(dataDir.file('postgres', 'cluster'), { recursive: true });
    writeFileSync(dataDir.file('postgres', 'cluster', 'PG_VERSION'), '18\n');
  };

  it('are made once, and every one differs', () => {
    const secrets = openSecrets(dataDir);
    expect(openSecrets(dataDir)).toEqual(secrets);
    const all = [secrets.tokenSecret, ...Object.values(secrets.databasePasswords), ...Object.values(secrets.busPasswords)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('can be read by their owner alone', () => {
    openSecrets(dataDir);
    for (const name of readdirSync(dataDir.path)) expect(statSync(dataDir.file(name)).mode & 0o077).toBe(0);
  });

  it('hold a caller key whose halves belong together', () => {
    const { callerPrivateKey, callerPublicKey } = openSecrets(dataDir);
    const key = createPrivateKey({ key: Buffer.from(callerPrivateKey, 'base64'), format: 'der', type: 'pkcs8' });
    expect(createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64')).toBe(callerPublicKey);
  });

  it('never come with a new master key for an old database', () => {
    pretendDatabase();
    expect(() => openSecrets(dataDir)).toThrow(/master-key is missing.*restore the file from a backup/);
  });

  it('come without a master key when it is given from elsewhere', () => {
    pretendDatabase();
    openSecrets(dataDir, { keepsMasterKey: false });
    expect(dataDir.has('master-key')).toBe(false);
  });

  it('open with the master key that made the database', () => {
    openSecrets(dataDir);
    pretendDatabase();
    expect(() => openSecrets(dataDir)).not.toThrow();
  });
});
