import { posix } from 'node:path';
import { AppError, isAppError } from '@sifaka/kernel';
import type { SFTPWrapper, Stats } from 'ssh2';
import { isFault, sftpFault, unlessMissing } from './sftp-fault.js';

/** Of a file that is compared with what is to be there. */
const maxFileBytes = 1024 * 1024;
const folderMode = 0o755;

export interface RemoteFile {
  content: Buffer;
  mode: number;
  uid: number;
  gid: number;
}

export interface RemoteRights {
  mode: number;
  /** As numbers, for SFTP knows no names; whoever logs in when left out. */
  uid?: number;
  gid?: number;
}

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** The files of the far side, by their paths. Every fault is an error here: nothing is taken for done that is not. */
export class SftpFiles {
  constructor(
    private readonly sftp: SFTPWrapper,
    readonly machine: string,
  ) {}

  /** Makes the folder and those above it. */
  async makeFolder(folder: string): Promise<void> {
    const parts = folder.split('/').filter((part) => part !== '');
    let path = folder.startsWith('/') ? '/' : '';
    for (const part of parts) {
      path = posix.join(path, part);
      if (await this.isFolder(path)) continue;
      await this.ask<unknown>(`make the folder ${path}`, (done) => this.sftp.mkdir(path, { mode: folderMode }, (error) => done(error, null))).catch(async (error: unknown) => {
        // Somebody else was faster.
        if (!(await this.isFolder(path))) throw error;
      });
    }
  }

  /**
   * Null where there is nothing.
   *
   * @throws AppError `failed_precondition` for what is no file, or larger than certificates are (1 MiB); `permission_denied`
   */
  async read(path: string): Promise<RemoteFile | null> {
    const found = await unlessMissing(this.ask<Stats>(`look at ${path}`, (done) => this.sftp.stat(path, done)));
    if (found === null) return null;
    if (!found.isFile() || found.size > maxFileBytes) throw new AppError('failed_precondition', `${path} of ${this.machine} is no file of at most ${maxFileBytes} bytes`, { reason: 'ssh.no_file' });
    const content = await unlessMissing(this.ask<Buffer>(`read ${path}`, (done) => this.sftp.readFile(path, done)));
    return content === null ? null : { content, mode: found.mode & 0o777, uid: found.uid, gid: found.gid };
  }

  /** Whether a file is there with exactly this content and mode; false for what may be written and not read. */
  async holds(path: string, content: Buffer, mode: number): Promise<boolean> {
    const found = await this.read(path).catch((error: unknown) => {
      if (isAppError(error) && error.code === 'permission_denied') return null;
      throw error;
    });
    return found?.mode === mode && found.content.equals(content);
  }

  /** A new file whole, in place of another of the same name. The mode is there before the first byte: a key is never readable for others, not for a moment. */
  async write(path: string, content: Buffer, { mode, uid, gid }: RemoteRights): Promise<void> {
    await this.remove(path);
    const handle = await this.ask<Buffer>(`create ${path}`, (done) => this.sftp.open(path, 'wx', { mode: mode & 0o700 }, done));
    try {
      if (uid !== undefined || gid !== undefined) await this.own(handle, path, uid, gid);
      // The server's umask may have taken rights away; a change of the owner takes some too.
      await this.ask<unknown>(`set the mode of ${path}`, (done) => this.sftp.fchmod(handle, mode, (error) => done(error, null)));
      await this.ask<unknown>(`write ${path}`, (done) => this.sftp.write(handle, content, 0, content.length, 0, (error) => done(error, null)));
      await this.askIfOffered(`write ${path} to the disk`, (done) => this.sftp.ext_openssh_fsync(handle, (error) => done(error, null)));
    } finally {
      await this.ask<unknown>(`close ${path}`, (done) => this.sftp.close(handle, (error) => done(error, null)));
    }
  }

  /** Gives a file another name as well; a copy where the server has no `hardlink@openssh.com` or does not allow it. */
  async keep(from: string, to: string): Promise<void> {
    await this.remove(to);
    const isLinked = await this.askIfOffered(`link ${from}`, (done) => this.sftp.ext_openssh_hardlink(from, to, (error) => done(error, null))).catch((error: unknown) => {
      if (isFault(error)) return false;
      throw error;
    });
    if (isLinked) return;
    const found = await this.read(from);
    if (found === null) return;
    // Who may not give files away keeps at least the content.
    const { content, mode, uid, gid } = found;
    await this.write(to, content, { mode, uid, gid }).catch(() => this.write(to, content, { mode }));
  }

  /** All are asked for before the first answer is there, so that they happen right after one another. */
  async rename(pairs: readonly { from: string; to: string }[]): Promise<void> {
    const outcomes = await Promise.allSettled(pairs.map(({ from, to }) => this.replace(from, to)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Safe for what is gone. */
  async remove(path: string): Promise<void> {
    await unlessMissing(this.ask<unknown>(`remove ${path}`, (done) => this.sftp.unlink(path, (error) => done(error, null))));
  }

  /** Safe for one that is gone, or not empty: that one stays. */
  async removeFolder(path: string): Promise<void> {
    await this.ask<unknown>(`remove ${path}`, (done) => this.sftp.rmdir(path, (error) => done(error, null))).catch((error: unknown) => {
      if (!isFault(error)) throw error;
    });
  }

  /** An owner that is left out stays: SFTP sets both or none. */
  private async own(handle: Buffer, path: string, uid: number | undefined, gid: number | undefined): Promise<void> {
    const { uid: ownUid, gid: ownGid } = await this.ask<Stats>(`look at ${path}`, (done) => this.sftp.fstat(handle, done));
    await this.ask<unknown>(`set the owner of ${path}`, (done) => this.sftp.fchown(handle, uid ?? ownUid, gid ?? ownGid, (error) => done(error, null)));
  }

  /** `posix-rename@openssh.com` replaces in one step; without it, there is a moment without the file. */
  private async replace(from: string, to: string): Promise<void> {
    if (await this.askIfOffered(`rename ${from} to ${to}`, (done) => this.sftp.ext_openssh_rename(from, to, (error) => done(error, null)))) return;
    await this.remove(to);
    await this.ask<unknown>(`rename ${from} to ${to}`, (done) => this.sftp.rename(from, to, (error) => done(error, null)));
  }

  private async isFolder(path: string): Promise<boolean> {
    const found = await unlessMissing(this.ask<Stats>(`look at ${path}`, (done) => this.sftp.stat(path, done)));
    if (found === null) return false;
    if (found.isDirectory()) return true;
    throw new AppError('failed_precondition', `${path} of ${this.machine} is no folder`, { reason: 'ssh.no_folder' });
  }

  /** An extension of the protocol. @returns false where the server does not have it */
  private async askIfOffered(what: string, call: (done: Done<unknown>) => void): Promise<boolean> {
    let isOffered = true;
    await this.ask<unknown>(what, (done) => {
      try {
        call(done);
      } catch {
        isOffered = false;
        done(null, null);
      }
    });
    return isOffered;
  }

  private ask<T>(what: string, call: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      call((error, value) => {
        if (error === null || error === undefined) resolve(value);
        else reject(sftpFault(`${this.machine} could not ${what}`, error));
      });
    });
  }
}
