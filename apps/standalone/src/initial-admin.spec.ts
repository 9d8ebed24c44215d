import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataDir } from './data-dir.js';
import { administratorCreated, initialPassword } from './initial-admin.js';

let folder: string;
let dataDir: DataDir;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sifaka-admin-'));
  dataDir = DataDir.open(join(folder, 'data'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (state: { isPasswordGiven?: boolean; users?: boolean } = {}) =>
  initialPassword(dataDir, { isPasswordGiven: state.isPasswordGiven ?? false, hasUsers: () => Promise.resolve(state.users ?? false) });

describe('the password of the first administrator', () => {
  it('is made, told and kept at the first start, and told once', async () => {
    const password = await start();
    expect(administratorCreated(dataDir, 'root', password)).toBe(
      `first administrator: root, password: ${password} (kept in ${dataDir.file('initial-admin-password')}; change it and delete the file)`,
    );
    expect(await start({ users: true })).toBeNull();
    expect(administratorCreated(dataDir, 'root', password)).toBeNull();
  });

  it('is the same again when the first start was broken off, before or after the administrator was made', async () => {
    const password = await start();
    expect(await start()).toBe(password);
    expect(await start({ users: true })).toBe(password);
  });

  it('is neither made nor told when the database has users already', async () => {
    expect(await start({ users: true })).toBeNull();
    expect(dataDir.has('initial-admin-password')).toBe(false);
    expect(administratorCreated(dataDir, 'admin', null)).toBeNull();
  });

  it('is neither made nor told when somebody chose it', async () => {
    expect(await start({ isPasswordGiven: true })).toBeNull();
    expect(dataDir.has('initial-admin-password')).toBe(false);
  });
});
