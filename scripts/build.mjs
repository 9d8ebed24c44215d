import './require-node.mjs';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWeb } from './build-web.mjs';
import { runChild } from './run-child.mjs';
import { filesBelow, root } from './workspace.mjs';

const stampFile = join(root, '.cache/build-stamp');

/**
 * Compiles what is stale. Whether anything is, is told by names, sizes and times of the sources (about 30 ms); what is, by the compiler.
 *
 * @param {(line: string) => void} log
 */
export async function build(log) {
  await Promise.all([compile(log), buildWeb(log)]);
}

/** @param {(line: string) => void} log */
async function compile(log) {
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted && existsSync(join(root, 'apps/standalone/dist/index.js')))
    return;
  log('building');
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  const code = await runChild(process.execPath, [compiler, '-b', 'tsconfig.json'], { cwd: root, stdio: 'inherit' });
  if (code !== 0) throw new Error('the build failed: see the errors above');
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}

const isInput = (name) => /\.(ts|tsx|json)$/.test(name);

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const files = ['apps', 'libs', 'plugins'].flatMap((folder) => filesBelow(folder, isInput));
  for (const file of [...files, 'tsconfig.base.json', 'tsconfig.json']) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await build((line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
