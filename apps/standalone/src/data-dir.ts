import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '@sifaka/kernel';

/** Everything the embedded default writes lies below it; only its owner may look inside. */
export class DataDir {
  private constructor(readonly path: string) {}

  /** Creates the folder when it is missing. Throws AppError failed_precondition when it cannot be written. */
  static open(path: string): DataDir {
    const absolute = resolve(path);
    try {
      mkdirSync(absolute, { recursive: true });
      chmodSync(absolute, 0o700);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown fault';
      throw new AppError(
        'failed_precondition',
        `data directory ${absolute} cannot be used: ${why}. Set SIFAKA_DATA_DIR to a folder that you may write.`,
        {
          reason: 'standalone.data_dir',
          cause: error,
        },
      );
    }
    return new DataDir(absolute);
  }

  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  has(...names: string[]): boolean {
    return existsSync(this.file(...names));
  }

  /** Content of a file, made first when it is not there; readable by the owner alone. */
  readOrCreate(name: string, create: () => string): string {
    const path = this.file(name);
    if (existsSync(path)) return this.read(name);
    const content = create();
    this.write(name, content);
    return content;
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8').trim();
  }

  /** Throws when the file stands already: a secret is never written over. */
  write(name: string, content: string): void {
    mkdirSync(dirname(this.file(name)), { recursive: true, mode: 0o700 });
    writeFileSync(this.file(name), `${content}\n`, { mode: 0o600, flag: 'wx', flush: true });
  }
}
