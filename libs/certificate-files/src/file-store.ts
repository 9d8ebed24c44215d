/** Who may do what with a file, as numbers; an owner that is left out is whoever writes. */
export interface FileRights {
  mode: number;
  uid?: number;
  gid?: number;
}

export interface FoundFile {
  content: Buffer;
  mode: number;
  uid: number;
  gid: number;
}

/**
 * Files of one machine, by absolute paths: this one, or one at the other end of a connection. Every fault is an AppError that names the
 * machine and the path.
 */
export interface FileStore {
  /** Of the machine, as messages say it. */
  readonly machine: string;
  /** Makes a folder and those above it. */
  makeFolder(path: string): Promise<void>;
  /** Links are followed where the store allows them. Null where there is nothing. */
  read(path: string): Promise<FoundFile | null>;
  /** A new file whole, in place of another of the same name; its rights are there before its first byte, and it is on the disk when this is done. */
  write(path: string, content: Buffer, rights: FileRights): Promise<void>;
  /** Gives the file at `from` the name `to` as well, with owner and rights as they are; a link stays a link. What was called `to` is gone. */
  keep(from: string, to: string): Promise<void>;
  /** Each takes the place of what was called `to` in one step, all of them right after one another. */
  rename(pairs: readonly { from: string; to: string }[]): Promise<void>;
  /** Safe for what is gone. */
  remove(path: string): Promise<void>;
  /** Safe for one that is gone, or not empty: that one stays. */
  removeFolder(path: string): Promise<void>;
}
