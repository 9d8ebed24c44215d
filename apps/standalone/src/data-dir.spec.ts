import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataDir } from './data-dir.js';

describe('data directory', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'sifaka-data-'));
  });
  afterEach(() => {
    rmSync(path, { recursive: true, force: true });
  });

  it('is closed to everyone but its owner, files included', () => {
    const dataDir = DataDir.open(join(path, 'inner'));
    dataDir.readOrCreate('secret', () => 'value');
    expect(statSync(dataDir.path).mode & 0o777).toBe(0o700);
    expect(statSync(dataDir.file('secret')).mode & 0o777).toBe(0o600);
  });

  it('makes a secret once and reads it ever after', () => {
    const dataDir = DataDir.open(path);
    expect(dataDir.readOrCreate('secret', () => 'first')).toBe('first');
    expect(dataDir.readOrCreate('secret', () => 'second')).toBe('first');
  });

  it('says what to do about a folder that cannot be used', () => {
    writeFileSync(join(path, 'file'), '');
    expect(() => DataDir.open(join(path, 'file'))).toThrow('Set SIFAKA_DATA_DIR');
  });

  it('never writes over a file that stands', () => {
    const dataDir = DataDir.open(path);
    dataDir.write('secret', 'first');
    expect(() => {
      dataDir.write('secret', 'second');
    }).toThrow(/EEXIST/);
  });
});
