import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity } from './child.mjs';
import { StartFault } from './fault.mjs';

/**
 * Takes a data directory for this process. The lock of a process that no longer lives is taken over.
 *
 * @param {string} dataDir created when missing
 * @returns {() => void} gives the directory back
 * @throws {StartFault} when another living process holds it
 */
export function lockDataDir(dataDir) {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'lock');
  const own = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) });
  for (let attempt = 0; attempt < 10; attempt++) {
    if (create(path, own)) return () => release(path, own);
    const found = read(path);
    if (found === undefined) continue;
    const holder = livingHolder(found);
    if (holder !== undefined) {
      throw new StartFault(`${dataDir} is in use by process ${holder}: stop it first, or start with another SIFAKA_DATA_DIR`);
    }
    discard(path, found);
  }
  throw new StartFault(`${path} cannot be taken: remove it if no other start is under way`);
}

/** @param {string} path @param {string} content */
function create(path, content) {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new StartFault(`${path} cannot be written: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** @param {string} content */
function livingHolder(content) {
  try {
    const { pid, identity } = JSON.parse(content);
    if (!Number.isInteger(pid) || !isAlive(pid)) return undefined;
    return identity === processIdentity(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Renaming is atomic: of two that find the same dead lock, each takes away at most one file, and puts back what is not it.
 * @param {string} path @param {string} dead
 */
function discard(path, dead) {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const content = read(aside);
  rmSync(aside, { force: true });
  if (content !== undefined && content !== dead) create(path, content);
}

/** @param {string} path @param {string} own */
function release(path, own) {
  if (read(path) === own) rmSync(path, { force: true });
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
