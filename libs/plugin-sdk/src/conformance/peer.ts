import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** `describe` for a program that nobody here wrote; a named skip where it is missing, a failure when `SIFAKA_TEST_REQUIRE_PEERS=1`. */
export const describeWith = (command: string): typeof describe | typeof describe.skip => {
  // eslint-disable-next-line no-restricted-properties -- a switch of the test run, not a setting of the product
  const isRequired = process.env.SIFAKA_TEST_REQUIRE_PEERS === '1';
  return isRequired || spawnSync(command, ['-version']).error === undefined ? describe : describe.skip;
};

/** What a program prints; `@name` in an argument is the path of that file, in a folder that is gone afterwards. */
export const runPeer = (command: string, args: readonly string[], files: Files = {}): string => inFolder(files, (folder) => execute(command, args, folder));

/** What a program writes to the file of its last option. */
export const runPeerForBytes = (command: string, args: readonly string[], outputOption: string, files: Files = {}): Buffer =>
  inFolder(files, (folder) => {
    execute(command, [...args, outputOption, '@written'], folder);
    return readFileSync(join(folder, 'written'));
  });

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
  const quick = command === 'keytool' ? ['-J-Duser.language=en', '-J-XX:TieredStopAtLevel=1'] : [];
  // eslint-disable-next-line no-restricted-properties -- the program finds its own way in the environment of the test run
  return execFileSync(command, [...quick, ...given], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } });
}
