import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Entries of one folder; more are more than certificates. */
const maxEntries = 100_000;

export interface WalkTerms {
  /** Real path of where the walk begins. */
  root: string;
  depth: number;
  isWanted: (path: string) => boolean;
  isLeftOut: (path: string) => boolean;
  signal: AbortSignal;
}

/** `path` is below the root, with slashes. */
export type Step = { kind: 'file'; path: string; realPath: string } | { kind: 'unread'; path: string; reason: string };

/** Files below a folder, always in the same order. Links to files are followed when they end below the root; links to folders are not: what they lead to below the root comes by itself. */
export async function* walk(terms: WalkTerms, folder = '', level = 0): AsyncIterable<Step> {
  const entries = await entriesOf(join(terms.root, folder));
  if (typeof entries === 'string') {
    yield { kind: 'unread', path: folder, reason: entries };
    return;
  }
  for (const entry of entries) {
    if (terms.signal.aborted) return;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (terms.isLeftOut(path)) continue;
    if (entry.isDirectory()) {
      if (level < terms.depth) yield* walk(terms, path, level + 1);
    } else if (terms.isWanted(path)) {
      const realPath = entry.isFile() ? join(terms.root, path) : entry.isSymbolicLink() ? await targetOf(terms.root, path) : null;
      if (realPath !== null) yield { kind: 'file', path, realPath };
    }
  }
}

/** Null for a link that leads out of the root or nowhere. */
async function targetOf(root: string, path: string): Promise<string | null> {
  const target = await realpath(join(root, path)).catch(() => null);
  return target !== null && isBelow(root, target) ? target : null;
}

/** Or why there are none. */
async function entriesOf(folder: string): Promise<Dirent[] | string> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    if (entries.length > maxEntries) return `the folder has ${entries.length} entries, and more than ${maxEntries} are not looked at`;
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    return `the folder cannot be read (${codeOf(error)})`;
  }
}

/** The folder itself counts. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep));
}

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault');

/** Whether a path comes in the walk after another one: folder by folder, name by name. */
export function isAfter(path: string, other: string): boolean {
  const [parts, others] = [path.split('/'), other.split('/')];
  for (const [index, part] of parts.entries()) {
    const against = others[index];
    if (against === undefined) return true;
    if (part !== against) return part > against;
  }
  return false;
}
