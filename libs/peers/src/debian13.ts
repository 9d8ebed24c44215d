import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder of the Debian 13 system that `scripts/test/debian13.mjs` makes: newer programs than the machine's own. Its marker says that it is whole.
 * Null when it was not made, or cannot be used for want of root.
 */
export function findDebian13(): string | null {
  const folder = process.env.SIFAKA_TEST_DEBIAN13 ?? join(cacheHome(), 'sifaka', `debian13-${revision()}`);
  return process.getuid?.() === 0 && existsSync(join(folder, 'etc/sifaka-complete')) ? folder : null;
}

/** As `findDebian13`; throws when there is none. */
export function debian13Root(): string {
  const folder = findDebian13();
  if (folder === null) throw new Error('there is no Debian 13 here: run node scripts/test/debian13.mjs as root');
  return folder;
}

function cacheHome(): string {
  const { XDG_CACHE_HOME } = process.env;
  return XDG_CACHE_HOME === undefined || XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : XDG_CACHE_HOME;
}

/** Source and compiled code lie one folder below the list that the folder is made from. */
function revision(): number {
  const list: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../debian13.json'), 'utf8'));
  if (typeof list === 'object' && list !== null && 'revision' in list && typeof list.revision === 'number') return list.revision;
  throw new Error('debian13.json names no revision');
}
