import '../require-node.mjs';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { lockDataDir } from '../embedded/lock.mjs';
import { runChild } from '../run-child.mjs';
import { readJson, root } from '../workspace.mjs';
import { findProgram } from './install-peers.mjs';

const waitLimitMs = 15 * 60_000;
/** Written last: a folder without it was given up half-way. libs/peers looks for it as well. */
const marker = 'etc/sifaka-complete';
const hostCertificates = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Makes a Debian 13 system in a folder of the user's cache, once for all checkouts, with the programs that are newer there than on the machine
 * itself; nothing of it is started. It takes some 45 seconds and 550 MB. Without root, debootstrap or a mirror of Debian nothing happens: the tests
 * that need it are skipped by name, or fail when SIFAKA_TEST_REQUIRE_PEERS=1.
 *
 * @param {(line: string) => void} log
 */
export async function provideDebian13(log) {
  const wanted = readJson(join(root, 'libs/peers/debian13.json'));
  const folder = process.env.SIFAKA_TEST_DEBIAN13 ?? join(cacheHome(), 'sifaka', `debian13-${wanted.revision}`);
  if (isComplete(folder)) return;
  const obstacle = obstacleTo();
  if (obstacle !== null) return log(`${obstacle}; tests that need Debian 13 cannot run`);
  const release = await lock(folder);
  try {
    if (!isComplete(folder)) await make(folder, wanted, log);
  } catch (error) {
    log(`Debian 13 could not be made: ${error.message}`);
  } finally {
    release();
  }
}

const isComplete = (folder) => existsSync(join(folder, marker));
const cacheHome = () => process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

function obstacleTo() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'not root on Linux';
  if (findProgram('debootstrap') === null) return 'no debootstrap here';
  return mirrors().length === 0 ? 'no mirror of Debian among the sources of apt' : null;
}

/** Where this machine itself gets Debian from. */
function mirrors() {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(COMPONENT)', 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const pairs = (stdout ?? '').split('\n').map((line) => line.split(' '));
  return [...new Set(pairs.filter(([uri, component]) => /\/debian\/?$/.test(uri) && component === 'main').map(([uri]) => uri))];
}

/** Of several checkouts one makes it, the others wait. */
async function lock(folder) {
  const endAt = Date.now() + waitLimitMs;
  for (;;) {
    try {
      return lockDataDir(`${folder}.lock`);
    } catch (error) {
      if (error.name !== 'StartFault' || Date.now() > endAt) throw error;
      await delay(500);
    }
  }
}

async function make(folder, { suite, packages }, log) {
  const startedAt = Date.now();
  removeDrafts(folder);
  log(`making a Debian 13 system in ${folder}`);
  const draft = mkdtempSync(`${folder}.draft-`);
  try {
    await bootstrap(draft, suite);
    prepareApt(draft);
    const aptGet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C', 'apt-get', '-qq'];
    await succeed('chroot', [draft, ...aptGet, 'update']);
    await succeed('chroot', [draft, ...aptGet, 'install', '-y', '--no-install-recommends', ...packages]);
    await succeed('chroot', [draft, 'apt-get', 'clean']);
    rmSync(join(draft, 'var/lib/apt/lists'), { recursive: true, force: true });
    unmountBelow(draft);
    writeFileSync(join(draft, marker), `${packages.join('\n')}\n`);
    // What stands in the way can only be what somebody gave up half-way.
    if (existsSync(folder)) removeTree(folder);
    renameSync(draft, folder);
    log(`Debian 13 is there (${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`);
  } finally {
    if (existsSync(draft)) removeTree(draft);
  }
}

async function bootstrap(draft, suite) {
  const faults = [];
  for (const mirror of mirrors()) {
    const fault = await succeed('debootstrap', ['--variant=minbase', suite, draft, mirror], proxies()).catch((error) => error);
    if (fault === undefined) return;
    faults.push(fault.message);
  }
  throw new Error(faults.join('; '));
}

/** debootstrap knows nothing of what apt was told about proxies. */
function proxies() {
  const proxyOf = (scheme) => {
    const { stdout } = spawnSync('apt-config', ['shell', 'PROXY', `Acquire::${scheme}::Proxy`], { encoding: 'utf8' });
    return /^PROXY='(.+)'$/m.exec(stdout ?? '')?.[1];
  };
  const [http, https] = [proxyOf('http'), proxyOf('https')];
  return { ...(http !== undefined && { http_proxy: http }), ...(https !== undefined && { https_proxy: https }) };
}

/** Packages start no service, and apt reaches the mirror as the machine itself does. */
function prepareApt(draft) {
  writeFileSync(join(draft, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const { http_proxy: http, https_proxy: https } = proxies();
  const lines = [
    ...(http === undefined ? [] : [`Acquire::http::Proxy "${http}";`]),
    ...(https === undefined ? [] : [`Acquire::https::Proxy "${https}";`]),
    'Acquire::Languages "none";',
  ];
  writeFileSync(join(draft, 'etc/apt/apt.conf.d/90sifaka'), `${lines.join('\n')}\n`);
  if (!existsSync(hostCertificates)) return;
  mkdirSync(join(draft, 'etc/ssl/certs'), { recursive: true });
  copyFileSync(hostCertificates, join(draft, 'etc/ssl/certs/ca-certificates.crt'));
}

/** Runs a program to its end; what it said last is the error when it fails. */
async function succeed(program, args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-debian13-'));
  const output = openSync(join(folder, 'output'), 'a');
  try {
    const code = await runChild(program, args, { stdio: ['ignore', output, output], env: { ...process.env, ...env, LC_ALL: 'C' } });
    const said = readFileSync(join(folder, 'output'), 'utf8').trim().split('\n').slice(-5).join(' | ');
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true, force: true });
  }
}

function removeDrafts(folder) {
  const siblings = readdirSync(dirname(folder)).filter((name) => name.startsWith(`${basename(folder)}.draft-`));
  for (const name of siblings) removeTree(join(dirname(folder), name));
}

/** An interrupted debootstrap leaves /proc mounted in its folder: what is removed must be files of that folder alone. */
function removeTree(folder) {
  unmountBelow(folder);
  spawnSync('rm', ['-rf', '--one-file-system', folder]);
}

function unmountBelow(folder) {
  const points = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) spawnSync('umount', [point]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await provideDebian13((line) => process.stdout.write(`test: ${line}\n`));
