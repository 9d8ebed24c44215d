import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from './run-child.mjs';
import { filesBelow, root } from './workspace.mjs';

const stampFile = join(root, '.cache/web-build-stamp');
const vite = join(root, 'node_modules/vite/bin/vite.js');
const page = join(root, 'apps/web/dist/index.html');

/** What stands in the pages: their own sources and the libraries that they import. */
const folders = ['apps/web', 'libs/kernel', 'libs/contracts', 'libs/api-client'];

/**
 * Bundles the browser interface when it is stale. An installation without development packages has no bundler: it serves the pages that
 * were brought along, or says that there are none.
 *
 * @param {(line: string) => void} log
 */
export async function buildWeb(log) {
  if (!existsSync(vite)) return;
  const wanted = fingerprint();
  if (existsSync(page) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  log('building the web interface');
  const code = await runChild(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: join(root, 'apps/web'), stdio: 'inherit' });
  if (code !== 0) throw new Error('the build of the web interface failed: see the errors above');
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of folders.flatMap((folder) => filesBelow(folder, (name) => !name.endsWith('.spec.ts')))) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
