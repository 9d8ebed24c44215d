import './require-node.mjs';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.mjs';
import { generators } from './gen/generators.mjs';
import { root } from './workspace.mjs';

/** `npm run gen` writes what is made from the code; `npm run gen -- --check` fails when the files in the tree are not that. */
const onlyChecks = process.argv.includes('--check');

const current = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null);

async function generate() {
  await build((line) => process.stdout.write(`${line}\n`));
  const different = [];
  for (const generator of generators) {
    for (const [path, content] of Object.entries(await generator())) {
      if (current(path) === content) continue;
      different.push(path);
      if (!onlyChecks) write(path, content);
    }
  }
  for (const path of different) process.stdout.write(`${onlyChecks ? 'differs from the code' : 'written'}: ${path}\n`);
  if (!onlyChecks || different.length === 0) return;
  process.stderr.write('run npm run gen and commit what it writes\n');
  process.exitCode = 1;
}

function write(path, content) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

try {
  await generate();
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
