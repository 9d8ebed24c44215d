import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

interface RotatingFileOptions {
  /** A file that grows beyond it is set aside as `<path>.1`, the older ones as `.2` and so on. */
  maxBytes?: number;
  /** Files kept beside the current one. */
  keep?: number;
}

/** Log file of bounded size. Lines are written at once: what was logged before a crash is there. */
export class RotatingFile {
  private readonly maxBytes: number;
  private readonly keep: number;
  private descriptor: number;
  private size: number;

  constructor(
    private readonly path: string,
    options: RotatingFileOptions = {},
  ) {
    this.maxBytes = options.maxBytes ?? 20 * 1024 * 1024;
    this.keep = options.keep ?? 4;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.descriptor = openSync(path, 'a', 0o600);
    this.size = fstatSync(this.descriptor).size;
  }

  write(line: string): void {
    if (this.size >= this.maxBytes) this.rotate();
    this.size += writeSync(this.descriptor, line);
  }

  private rotate(): void {
    closeSync(this.descriptor);
    for (let index = this.keep - 1; index >= 1; index -= 1) {
      if (existsSync(`${this.path}.${index}`)) renameSync(`${this.path}.${index}`, `${this.path}.${index + 1}`);
    }
    renameSync(this.path, `${this.path}.1`);
    this.descriptor = openSync(this.path, 'a', 0o600);
    this.size = 0;
  }
}
