import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const daySeconds = 86_400;

/** The library of Debian's faketime; null where it is not installed. */
function findLibrary(): string | null {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'faketime')) : [];
  return folders.map((folder) => join(folder, 'libfaketimeMT.so.1')).find(existsSync) ?? null;
}

/** Another time of day for the programs that it is given to, and for nobody else: their databases and buses keep ours. Timers run on. */
export class Clock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sifaka-clock-'));
  private readonly file = join(this.folder, 'offset');
  private offsetSeconds = 0;

  constructor() {
    this.set(0);
  }

  /** How programs are told; they may be started with it before the first jump. */
  get env(): Record<string, string> {
    return { LD_PRELOAD: findLibrary() ?? '', FAKETIME_TIMESTAMP_FILE: this.file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
  }

  /** What it shows now. */
  now(): Date {
    return new Date(Date.now() + this.offsetSeconds * 1_000);
  }

  /** Seconds that it is ahead of ours. */
  get ahead(): number {
    return this.offsetSeconds;
  }

  /** Puts it forward, or back, while the programs run. */
  jump({ days = 0, hours = 0 }: { days?: number; hours?: number }): void {
    this.set(this.offsetSeconds + days * daySeconds + hours * 3_600);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** At once: nobody may read half of it. */
  private set(seconds: number): void {
    this.offsetSeconds = seconds;
    writeFileSync(`${this.file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}
