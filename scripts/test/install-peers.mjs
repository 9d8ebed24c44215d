import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianPackages } from './debian-packages.mjs';

/** Waits for another apt-get as long as an unattended upgrade takes. */
const lockTimeoutSeconds = 600;

/**
 * Installs the Debian packages whose programs are missing. Without apt-get or without the right to use it nothing happens: the tests that need
 * a missing peer are skipped by name, or fail when SIFAKA_TEST_REQUIRE_PEERS=1.
 *
 * @param {(line: string) => void} log
 */
export function installPeers(log) {
  const missing = debianPackages.filter(isMissing).map(({ name }) => name);
  if (missing.length === 0) return;
  if (findProgram('apt-get') === null) return log(`no apt-get here; tests that need ${missing.join(', ')} cannot run`);
  const root = process.getuid?.() === 0;
  if (!root && spawnSync('sudo', ['-n', 'true']).status !== 0)
    return log(`neither root nor sudo; tests that need ${missing.join(', ')} cannot run`);
  log(`installing ${missing.join(', ')}`);
  withoutServices(root, () => aptGet(root, missing, log));
}

const isMissing = ({ program, file }) => (program === undefined ? !existsSync(file) : findProgram(program) === null);

function aptGet(root, packages, log) {
  const run = (...args) => {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', `DPkg::Lock::Timeout=${lockTimeoutSeconds}`, ...args];
    return spawnSync(root ? command[0] : 'sudo', root ? command.slice(1) : ['-n', ...command], { encoding: 'utf8' });
  };
  const install = () => run('install', '-y', '--no-install-recommends', ...packages);
  const deadline = Date.now() + lockTimeoutSeconds * 1_000;
  for (;;) {
    const update = run('update');
    const result = update.status === 0 || !isLocked(update) ? install() : update;
    if (result.status === 0) return;
    // The lock of the package lists knows no timeout of its own.
    if (!isLocked(result) || Date.now() > deadline) return log(`apt-get failed:\n${result.stderr}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  }
}

const isLocked = ({ stderr }) => /Could not get lock|Unable to (?:lock|acquire)/.test(stderr);

/** Debian starts a server when it installs it; the tests start their own, on free ports. */
function withoutServices(root, action) {
  const policy = '/usr/sbin/policy-rc.d';
  const owned = root && !existsSync(policy);
  if (owned) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    action();
  } finally {
    if (owned) rmSync(policy, { force: true });
  }
}

/** Full path of a program, searched where root's programs live as well. */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
