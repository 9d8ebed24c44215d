import { posix } from 'node:path';
import { AppError, isAppError } from '@sifaka/kernel';
import type { SFTPWrapper } from 'ssh2';
import type { RemoteFile } from './files.js';

/** Of a file that is compared with what is to be there. */
const maxFileBytes = 1024 * 1024;
const folderMode = 0o755;

/** SSH_FX codes (draft-ietf-secsh-filexfer-02 section 7). */
const noSuchFile = 2;
const permissionDenied = 3;

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** One folder of the far side. Every fault of it is an error here: nothing is taken for done that is not. */
export class SftpFolder {
  constructor(
    private readonly sftp: SFTPWrapper,
    private readonly path: string,
    private readonly host: string,
  ) {}

  /** Makes the folder and those above it. */
  async make(): Promise<void> {
    const parts = this.path.split('/').filter((part) => part !== '');
    let path = this.path.startsWith('/') ? '/' : '';
    for (const part of parts) {
      path = posix.join(path, part);
      if (await this.isFolder(path)) continue;
      await this.ask<unknown>(`make the folder ${path}`, (done) => this.sftp.mkdir(path, { mode: folderMode }, (error) => done(error))).catch(async (error: unknown) => {
        // Somebody else was faster.
        if (!(await this.isFolder(path))) throw error;
      });
    }
  }

  /** Whether a file is there with exactly this content and mode. */
  async holds({ name, content, mode }: RemoteFile): Promise<boolean> {
    const path = this.pathOf(name);
    const found = await unlessMissing(this.ask<{ mode: number; size: number }>(`look at ${path}`, (done) => this.sftp.stat(path, done)));
    if (found === null || (found.mode & 0o777) !== mode || found.size !== content.length || found.size > maxFileBytes) return false;
    const read = await unlessMissing(this.ask<Buffer>(`read ${path}`, (done) => this.sftp.readFile(path, done))).catch((error: unknown) => {
      // What may be written and not read is written again.
      if (isAppError(error) && error.code === 'permission_denied') return null;
      throw error;
    });
    return read?.equals(content) ?? false;
  }

  async put(file: RemoteFile, suffix: string): Promise<void> {
    await this.putAll([file], suffix);
  }

  /** Writes all files under other names, then renames them: a reader sees a file whole, as it was or as it is. */
  async putAll(files: readonly RemoteFile[], suffix: string): Promise<void> {
    const written: string[] = [];
    try {
      for (const file of files) {
        const path = temporary(this.pathOf(file.name), suffix);
        written.push(path);
        await this.write(path, file);
      }
      for (const { name } of files) await this.replace(temporary(this.pathOf(name), suffix), this.pathOf(name));
    } catch (error) {
      for (const path of written) await this.unlink(path).catch(() => undefined);
      throw error;
    }
  }

  /** Safe for what is gone. */
  async remove(name: string): Promise<void> {
    await this.unlink(this.pathOf(name));
  }

  /** The mode is there before the first byte: a key is never readable for others, not for a moment. */
  private async write(path: string, { content, mode }: RemoteFile): Promise<void> {
    const handle = await this.ask<Buffer>(`create ${path}`, (done) => this.sftp.open(path, 'wx', { mode }, done));
    try {
      // The server's umask may have taken rights away.
      await this.ask<unknown>(`set the mode of ${path}`, (done) => this.sftp.fchmod(handle, mode, (error) => done(error)));
      await this.ask<unknown>(`write ${path}`, (done) => this.sftp.write(handle, content, 0, content.length, 0, (error) => done(error)));
    } finally {
      await this.ask<unknown>(`close ${path}`, (done) => this.sftp.close(handle, (error) => done(error)));
    }
  }

  private async replace(from: string, to: string): Promise<void> {
    if (await this.renamedOver(from, to)) return;
    await this.unlink(to);
    await this.ask<unknown>(`rename ${from} to ${to}`, (done) => this.sftp.rename(from, to, (error) => done(error)));
  }

  /** `posix-rename@openssh.com`, which replaces in one step. @returns false where the server does not have it */
  private async renamedOver(from: string, to: string): Promise<boolean> {
    let isOffered = true;
    await this.ask<unknown>(`rename ${from} to ${to}`, (done) => {
      try {
        this.sftp.ext_openssh_rename(from, to, (error) => done(error));
      } catch {
        isOffered = false;
        done(null);
      }
    });
    return isOffered;
  }

  private async unlink(path: string): Promise<void> {
    await unlessMissing(this.ask<unknown>(`remove ${path}`, (done) => this.sftp.unlink(path, (error) => done(error))));
  }

  private async isFolder(path: string): Promise<boolean> {
    const found = await unlessMissing(this.ask<{ isDirectory(): boolean }>(`look at ${path}`, (done) => this.sftp.stat(path, done)));
    if (found === null) return false;
    if (found.isDirectory()) return true;
    throw new AppError('failed_precondition', `${path} of ${this.host} is no folder`, { reason: 'sftp.no_folder' });
  }

  private pathOf(name: string): string {
    return posix.join(this.path, name);
  }

  private ask<T>(what: string, call: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T>;
  private ask<T>(what: string, call: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      call((error, value) => {
        if (error === null || error === undefined) resolve(value);
        else reject(sftpFault(`${this.host} could not ${what}`, error));
      });
    });
  }
}

const temporary = (path: string, suffix: string): string => posix.join(posix.dirname(path), `.${posix.basename(path)}.${suffix}.tmp`);

function sftpFault(what: string, error: Error): AppError {
  const code = 'code' in error && typeof error.code === 'number' ? error.code : null;
  const detail = `${what}: ${error.message}`;
  if (code === noSuchFile) return new AppError('not_found', detail, { reason: 'sftp.missing', cause: error });
  if (code === permissionDenied) return new AppError('permission_denied', detail, { reason: 'sftp.permission', cause: error });
  return new AppError('upstream_failed', detail, { reason: 'sftp.failure', cause: error });
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isAppError(error) && error.reason === 'sftp.missing') return null;
    throw error;
  }
}
