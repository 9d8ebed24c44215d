import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Json } from './client.js';
import { repositoryRoot, type Platform } from './platform.js';

export interface Ended {
  code: number;
  out: string;
  said: string;
}

/** The `sifaka` command as a person types it, with its home in a folder of the test. */
export class CommandLine {
  constructor(
    private readonly platform: () => Platform,
    private readonly folder: string,
  ) {}

  async login(): Promise<void> {
    const { username, password } = this.platform().administrator;
    const { code, said } = await this.run(['login', '--username', username], password);
    if (code !== 0) throw new Error(said);
  }

  run(args: readonly string[], stdin = ''): Promise<Ended> {
    const env = { PATH: process.env.PATH, HOME: this.folder, SIFAKA_URL: this.platform().url };
    const words = [join(repositoryRoot, 'apps/cli/bin/sifaka.js'), ...args];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, words, { env, cwd: this.folder }, (_, out, said) => resolve({ code: child.exitCode ?? -1, out, said }));
      child.stdin?.end(stdin);
    });
  }

  /** What the command answers to programs; a refusal is an error. */
  async json(args: readonly string[]): Promise<Json> {
    const { code, out, said } = await this.run([...args, '--json']);
    if (code !== 0) throw new Error(`sifaka ${args.join(' ')}: ${code} ${said}`);
    return JSON.parse(out);
  }
}
