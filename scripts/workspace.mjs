import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout, absolute. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Every workspace project: folder relative to the root, its package.json and, where it is compiled, its tsconfig.json. */
export function projects() {
  const folders = ['apps', 'libs', 'plugins'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${group}/${entry.name}`),
  );
  return [...folders, 'e2e', 'bench']
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const tsconfig = join(root, folder, 'tsconfig.json');
      return { folder, manifest: readJson(join(root, folder, 'package.json')), tsconfig: existsSync(tsconfig) ? readJson(tsconfig) : null };
    });
}

const skipped = new Set(['node_modules', 'dist', '.git', '.nx', 'coverage']);

/** Paths below a folder, relative to the root; `accept` sees the name of each file. */
export function filesBelow(folder, accept) {
  const found = [];
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (skipped.has(entry.name)) continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) visit(child);
      else if (accept(entry.name)) found.push(relative(root, child));
    }
  };
  const start = join(root, folder);
  if (existsSync(start)) visit(start);
  return found.sort();
}
