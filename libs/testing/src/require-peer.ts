import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { testEnvironment } from '@sifaka/config';

const systemDirs = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/games'];

/**
 * A real program that nobody here wrote, to test against: its path, or null after saying on stderr that the test is skipped.
 * With SIFAKA_TEST_REQUIRE_PEERS=1 a missing peer is a failure.
 *
 * Use: `const openssl = requirePeer('openssl'); (openssl ? it : it.skip)('…', …)`.
 *
 * @param hint how to get it, for example `apt-get install pebble`
 */
export function requirePeer(program: string, hint = `apt-get install ${program}`): string | null {
  const env = testEnvironment();
  const dirs = [...(env.PATH ?? '').split(delimiter), ...systemDirs].filter((dir) => dir !== '');
  const path = dirs.map((dir) => join(dir, program)).find(isExecutable);
  if (path !== undefined) return path;
  if (env.SIFAKA_TEST_REQUIRE_PEERS === '1') throw new Error(`the peer "${program}" is missing: ${hint}`);
  process.stderr.write(`skipped for want of the peer "${program}": ${hint}\n`);
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
