import { AppError } from '@sifaka/kernel';
import type { FileStore } from './file-store.js';

/**
 * The same files, until somebody says stop: each step that was begun comes to its end, and none is begun after it.
 *
 * @throws AppError `unavailable` from every step after that
 */
export function stoppableFiles(files: FileStore, signal: AbortSignal | undefined): FileStore {
  if (signal === undefined) return files;
  const unlessStopped = <T>(step: () => Promise<T>): Promise<T> => (signal.aborted ? Promise.reject(new AppError('unavailable', `${files.machine}: it was stopped before it was done`)) : step());
  return {
    machine: files.machine,
    makeFolder: (path) => unlessStopped(() => files.makeFolder(path)),
    read: (path) => unlessStopped(() => files.read(path)),
    write: (path, content, rights) => unlessStopped(() => files.write(path, content, rights)),
    keep: (from, to) => unlessStopped(() => files.keep(from, to)),
    rename: (pairs) => unlessStopped(() => files.rename(pairs)),
    remove: (path) => unlessStopped(() => files.remove(path)),
    removeFolder: (path) => unlessStopped(() => files.removeFolder(path)),
  };
}
