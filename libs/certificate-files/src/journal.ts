import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { z } from 'zod';
import type { FileStore } from './file-store.js';

/** Below the folder: a journal leads nowhere else, whoever wrote it. */
const PathBelow = z
  .string()
  .min(1)
  .max(512)
  .refine((path) => !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'));

const Entry = z.object({
  path: PathBelow,
  /** What was there before, kept under another name; null: nothing was. */
  before: z.object({ kept: PathBelow, sha256: z.string() }).nullable(),
  /** What is to be there; null: nothing. */
  after: z.string().nullable(),
});
export type JournalEntry = z.output<typeof Entry>;

/**
 * What is known of an upload until it is proven, in a file beside the certificate: whoever comes after a crash can finish it or take it
 * back. It holds no secret.
 */
export const Journal = z.object({
  version: z.literal(1),
  /** Of the certificate that is being put there, or taken away. */
  fingerprint: z.string(),
  /** placing: files may have changed places; placed: the server has been told; restored: what was there before is back, and the server is to be told; removing; settled: what was kept may go. */
  state: z.enum(['placing', 'placed', 'restored', 'removing', 'settled']),
  entries: z.array(Entry).max(8),
});
export type Journal = z.output<typeof Journal>;

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Beside a file, hidden, with a name that no other certificate's has. */
export const besideOf = (path: string, fingerprint: string, ending: 'new' | 'before'): string => hidden(path, `${fingerprint.slice(0, 12)}.${ending}`);

export const journalPathOf = (mainPath: string): string => hidden(mainPath, 'sifaka');

const hidden = (path: string, ending: string): string => posix.join(posix.dirname(path), `.${posix.basename(path)}.${ending}`);

/** Rights of what nobody but the platform reads. */
const ownMode = 0o600;

export async function readJournal(files: FileStore, path: string): Promise<Journal | null> {
  const found = await files.read(path);
  if (found === null) return null;
  try {
    return Journal.parse(JSON.parse(found.content.toString('utf8')));
  } catch {
    // Cut off, or not ours: what is there now is all that is known.
    return null;
  }
}

export async function writeJournal(files: FileStore, path: string, journal: Journal): Promise<void> {
  const temporary = `${path}.new`;
  await files.write(temporary, Buffer.from(`${JSON.stringify(journal)}\n`), { mode: ownMode });
  await files.rename([{ from: temporary, to: path }]);
}
