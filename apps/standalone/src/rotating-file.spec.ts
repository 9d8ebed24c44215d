import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RotatingFile } from './rotating-file.js';

describe('log file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sifaka-log-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes on where an earlier start left off', () => {
    const path = join(folder, 'a.log');
    new RotatingFile(path).write('one\n');
    new RotatingFile(path).write('two\n');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('keeps as many old files as it was told, newest first', () => {
    const path = join(folder, 'a.log');
    const log = new RotatingFile(path, { maxBytes: 4, keep: 2 });
    for (const line of ['one\n', 'two\n', 'six\n', 'ten\n']) log.write(line);
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    expect(['a.log', 'a.log.1', 'a.log.2'].map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['ten\n', 'six\n', 'two\n']);
  });
});
