import { execFile, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Json } from './client.js';
import { repositoryRoot, type Platform } from './platform.js';

export interface Ended {
  code: number;
  out: string;
  said: string;
}

export interface Running {
  ended: Promise<Ended>;
  /** Resolves when it has said this on standard error. */
  says: (words: string) => Promise<void>;
}

/** The `sifaka` command as a person types it, with its home in a folder of the test. */
export class CommandLine {
  private readonly children = new Set<ChildProcess>();

  constructor(
    private readonly platform: () => Platform,
    private readonly folder: string,
  ) {}

  async login(): Promise<void> {
    const { username, password } = this.platform().administrator;
    const { code, said } = await this.run(['login', '--username', username], password);
    if (code !== 0) throw new Error(said);
  }

  run(args: readonly string[], stdin = '', env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, stdin, env).ended;
  }

  /** For a command that waits for something. */
  start(args: readonly string[], stdin = '', env: Readonly<Record<string, string>> = {}): Running {
    const environment = { PATH: process.env.PATH, HOME: this.folder, SIFAKA_URL: this.platform().url, ...env };
    const words = [join(repositoryRoot, 'apps/cli/bin/sifaka.js'), ...args];
    let end: (ended: Ended) => void;
    const ended = new Promise<Ended>((resolve) => (end = resolve));
    const child = execFile(process.execPath, words, { env: environment, cwd: this.folder }, (_, out, said) => {
      this.children.delete(child);
      end({ code: child.exitCode ?? -1, out, said });
    });
    this.children.add(child);
    child.stdin?.end(stdin);
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    const says = (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        child.stderr?.on('data', () => said.includes(wanted) && resolve());
        child.once('close', () => reject(new Error(`ended without "${wanted}": ${said}`)));
      });
    return { ended, says };
  }

  /** What the command answers to programs; a refusal is an error. */
  async json(args: readonly string[]): Promise<Json> {
    const { code, out, said } = await this.run([...args, '--json']);
    if (code !== 0) throw new Error(`sifaka ${args.join(' ')}: ${code} ${said}`);
    return JSON.parse(out);
  }

  /** Ends what still waits because a test failed: it would keep the suite from ending. */
  stop(): void {
    for (const child of this.children) child.kill();
  }
}
