import { posix } from 'node:path';
import { AppError } from '@sifaka/kernel';
import type { FileStore } from './file-store.js';
import { besideOf, sha256Of, type Journal } from './journal.js';

/**
 * Puts back what a journal says was there, whatever of it is back already. Files that replaced nothing go, unless somebody has changed them.
 *
 * @throws AppError `failed_precondition` when what was there is neither in its place nor kept
 */
export async function restoreEntries(files: FileStore, folder: string, journal: Journal): Promise<void> {
  const at = (path: string) => posix.join(folder, path);
  const pairs = [];
  for (const { path, before, after } of journal.entries) {
    await files.remove(at(besideOf(path, journal.fingerprint, 'new')));
    if (before === null) {
      const found = await files.read(at(path));
      if (found !== null && sha256Of(found.content) === after) await files.remove(at(path));
    } else if ((await files.read(at(before.kept))) !== null) {
      pairs.push({ from: at(before.kept), to: at(path) });
    } else {
      const found = await files.read(at(path));
      if (found !== null && sha256Of(found.content) === before.sha256) continue;
      throw new AppError('failed_precondition', `${at(path)} of ${files.machine} cannot be put back: what was there before is no longer kept as ${at(before.kept)}`, { reason: 'destination.nothing_kept' });
    }
  }
  await files.rename(pairs);
  // Two names of one and the same file stay as they are when one is renamed to the other (POSIX rename).
  for (const { from } of pairs) await files.remove(from);
}
