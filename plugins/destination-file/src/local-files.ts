import { constants, existsSync } from 'node:fs';
import { link, mkdir, open, realpath, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, normalize, relative, sep } from 'node:path';
import type { FileRights, FileStore, FoundFile } from '@sifaka/certificate-files';
import { AppError, isAppError } from '@sifaka/kernel';

/** Of a file that is compared with what is to be there. */
const maxFileBytes = 1024 * 1024;
const folderMode = 0o755;

/** Where the system names what a process has open: a folder that was looked at stays the same one, whatever its path leads to a moment later. */
const openFolders = '/proc/self/fd';

/** Files of this machine below folders that are allowed; no link leads out of them. */
export class LocalFiles implements FileStore {
  static readonly machine = 'this machine';
  readonly machine = LocalFiles.machine;

  /** @param allowed absolute paths */
  constructor(private readonly allowed: readonly string[]) {}

  async makeFolder(path: string): Promise<void> {
    const base = this.baseOf(path);
    let folder = base;
    for (const part of relative(base, normalize(path)).split(sep)) {
      if (part === '') continue;
      folder = join(folder, part);
      await this.beside(folder, (at) => unless(['EEXIST'], mkdir(at, { mode: folderMode })));
    }
    await this.inFolder(folder, () => Promise.resolve()).catch((error: unknown) => {
      throw localFault(folder, error);
    });
  }

  read(path: string): Promise<FoundFile | null> {
    return this.beside(path, async (at) => {
      const file = await unless(['ENOENT'], open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
      if (file === null) return null;
      try {
        const found = await file.stat();
        if (!found.isFile() || found.size > maxFileBytes) throw refused(path, `is no file of at most ${maxFileBytes} bytes`);
        return { content: await file.readFile(), mode: found.mode & 0o777, uid: found.uid, gid: found.gid };
      } finally {
        await file.close();
      }
    }, true);
  }

  async write(path: string, content: Buffer, { mode, uid, gid }: FileRights): Promise<void> {
    await this.beside(path, async (at) => {
      await unless(['ENOENT'], unlink(at));
      const file = await open(at, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode & 0o700);
      try {
        const own = await file.stat();
        if (uid !== undefined || gid !== undefined) await file.chown(uid ?? own.uid, gid ?? own.gid);
        await file.chmod(mode);
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
    });
  }

  async keep(from: string, to: string): Promise<void> {
    const isLinked = await this.beside(from, async (at, folder) => {
      if (dirname(from) !== dirname(to)) return false;
      const other = join(folder, basename(to));
      await unless(['ENOENT'], unlink(other));
      return (await unless(['EPERM', 'EXDEV', 'EMLINK'], link(at, other).then(() => true))) === true;
    });
    if (isLinked) return;
    const found = await this.read(from);
    if (found === null) return;
    // Who may not give files away keeps at least the content.
    const { content, mode, uid, gid } = found;
    await this.write(to, content, { mode, uid, gid }).catch(() => this.write(to, content, { mode }));
  }

  async rename(pairs: readonly { from: string; to: string }[]): Promise<void> {
    for (const { from, to } of pairs) {
      if (dirname(from) !== dirname(to)) throw new AppError('internal', 'files are renamed within their folder');
      await this.beside(from, (at, folder) => rename(at, join(folder, basename(to))));
    }
    for (const folder of new Set(pairs.map(({ to }) => dirname(to)))) await this.inFolder(folder, (_, handle) => handle.sync());
  }

  async remove(path: string): Promise<void> {
    await this.beside(path, (at) => unless(['ENOENT'], unlink(at)), true);
  }

  async removeFolder(path: string): Promise<void> {
    await this.beside(path, (at) => unless(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EACCES', 'EPERM'], rmdir(at)), true);
  }

  /** @throws AppError `failed_precondition` for a path that no administrator allowed; before anything is looked at */
  private baseOf(path: string): string {
    const base = this.allowed.map((folder) => normalize(folder)).find((folder) => isWithin(folder, normalize(path)));
    if (base !== undefined) return base;
    const message = `${path} is in no folder that SIFAKA_FILE_DESTINATION_FOLDERS of this installation allows`;
    throw new AppError('failed_precondition', message, { reason: 'destination.folder_not_allowed', fields: [{ path: 'plugin.pluginOptions.destinationPath', message }] });
  }

  private async beside<T>(path: string, work: (at: string, folder: string) => Promise<T>, isAbsenceFine?: false): Promise<T>;
  private async beside<T>(path: string, work: (at: string, folder: string) => Promise<T>, isAbsenceFine: true): Promise<T | null>;
  private async beside<T>(path: string, work: (at: string, folder: string) => Promise<T>, isAbsenceFine = false): Promise<T | null> {
    try {
      return await this.inFolder(dirname(path), (folder) => work(join(folder, basename(path)), folder));
    } catch (error) {
      if (isAbsenceFine && codeOf(error) === 'ENOENT') return null;
      throw localFault(path, error);
    }
  }

  /** @param work gets a path that leads to this very folder for as long as it runs */
  private async inFolder<T>(folder: string, work: (path: string, handle: FileHandle) => Promise<T>): Promise<T> {
    const base = this.baseOf(folder);
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const path = existsSync(openFolders) ? join(openFolders, String(handle.fd)) : folder;
      if (!isWithin(await realpath(base), await realpath(path))) throw refused(folder, `is a link that leads out of ${base}`);
      return await work(path, handle);
    } finally {
      await handle.close();
    }
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

const codeOf = (error: unknown): string | null => (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null);

/** @returns null where it failed for one of these reasons */
async function unless<T>(codes: readonly string[], done: Promise<T>): Promise<T | null> {
  try {
    return await done;
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

const refused = (path: string, rule: string): AppError => new AppError('failed_precondition', `${path} of ${LocalFiles.machine} ${rule}`, { reason: 'destination.bad_path' });

function localFault(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === null || isAppError(error)) return error;
  const said = (words: string) => `${path} of ${LocalFiles.machine} ${words} (${code})`;
  switch (code) {
    case 'ELOOP':
      return refused(path, 'is a link, and links are not followed');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError('permission_denied', said('must not be touched by the platform'), { reason: 'destination.no_rights', cause: error });
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('failed_precondition', said('is in no folder'), { reason: 'destination.no_folder', cause: error });
    default:
      return new AppError('upstream_failed', said('could not be written or read'), { reason: 'destination.file_fault', cause: error });
  }
}
