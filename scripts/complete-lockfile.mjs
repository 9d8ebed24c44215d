import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './workspace.mjs';

/**
 * npm leaves out of the lockfile what its registry does not hold, and a mirror often holds the binaries of one platform alone; `npm ci` then
 * refuses that lockfile on every platform. This puts the missing ones back, by name and version, so that each platform takes its own.
 */
const path = join(root, 'package-lock.json');

/** @returns {Array<[string, object]>} entries that an optional dependency names and the lockfile lacks */
export function missingEntries(lock = JSON.parse(readFileSync(path, 'utf8'))) {
  return Object.entries(lock.packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => find(lock.packages, parent, name) === undefined)
      .map(([name, version]) => [`${folderOf(parent)}${name}`, entryOf(name, version, entry)]),
  );
}

const folderOf = (parent) => parent.slice(0, parent.lastIndexOf('node_modules/') + 'node_modules/'.length) || 'node_modules/';

function find(packages, parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`];
    if (found !== undefined || folder === '') return found;
    if (!folder.includes('/node_modules/')) folder = '';
  }
}

const platforms =
  /(?:^|-)(android|darwin|freebsd|linux|openharmony|openbsd|netbsd|sunos|aix|win32)-(arm64|x64|ia32|arm|loong64|mips64el|ppc64|ppc64le|riscv64|s390x)(?:-(\w+))?$/;

function entryOf(name, version, parent) {
  const [, os, cpu, abi = ''] = platforms.exec(name) ?? [];
  if (os === undefined)
    throw new Error(
      `package-lock.json lacks ${name}, an optional dependency whose platform its name does not tell: run npm install against a complete registry`,
    );
  const libc = abi.startsWith('gnu') ? 'glibc' : abi.startsWith('musl') ? 'musl' : null;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev === true && { dev: true }),
    ...(os === 'linux' && libc !== null && { libc: [libc] }),
    optional: true,
    os: [os],
  };
}

function complete() {
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingEntries(lock);
  if (missing.length === 0) return;
  const [rootEntry, ...entries] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([rootEntry, ...[...entries, ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'))]);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`package-lock.json: added ${missing.length} optional packages of other platforms\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) complete();
