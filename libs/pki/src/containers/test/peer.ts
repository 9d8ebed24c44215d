import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';

/** `describe` for a program that nobody here wrote; a named skip where it is missing, unless peers are required. */
export const describeWith = (command: string) =>
  spawnSync(command, ['-version']).error === undefined || process.env.SIFAKA_TEST_REQUIRE_PEERS === '1' ? describe : describe.skip;

type Files = Record<string, string | Uint8Array>;

/** What a program prints; `@name` in an argument is the path of that file, in a folder that is gone afterwards. */
export const run = (command: string, args: readonly string[], files: Files = {}): string => inFolder(files, (folder) => execute(command, args, folder));

/** What a program writes to its `-out` file. */
export const runForBytes = (command: string, args: readonly string[], files: Files = {}, option = '-out'): Buffer =>
  inFolder(files, (folder) => {
    execute(command, [...args, option, '@written'], folder);
    return readFileSync(join(folder, 'written'));
  });

export const openssl = (args: readonly string[], files?: Files): string => run('openssl', args, files);

const quickJava = ['-J-Duser.language=en', '-J-XX:TieredStopAtLevel=1'];

/** Each call starts a Java machine: half a second. */
export const keytool = (args: readonly string[], files?: Files): string => run('keytool', [...quickJava, ...args], files);

/** What keytool writes to the file of the last option. */
export const keytoolForBytes = (args: readonly string[], option: string, files?: Files): Buffer => runForBytes('keytool', [...quickJava, ...args], files, option);

function inFolder<Result>(files: Files, use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-peer-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function execute(command: string, args: readonly string[], folder: string): string {
  const given = args.map((argument) => argument.replace(/^@/, `${folder}/`));
  return execFileSync(command, given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } });
}
