import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StartFault } from './fault.mjs';

const run = promisify(execFile);

// Debian keeps servers here, which the PATH of an ordinary user leaves out.
const systemDirs = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The official release, and the SHA-256 of its archives as the NATS project publishes them with its container images. */
const release = {
  version: '2.10.29',
  sha256: {
    'linux-x64': 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da',
    'linux-arm64': 'da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401',
  },
};
const downloadLimitMs = 60_000;
const installLimitMs = 120_000;

/** @type {Promise<string> | undefined} */
let found;

/**
 * A `nats-server` program: on PATH, in the usual system folders, from apt-get (root, or sudo without a password), or the
 * official release with a pinned checksum.
 *
 * @returns {Promise<string>} its path
 * @throws {StartFault} when there is none to be had
 */
export function findNatsServer() {
  found ??= provide().catch((error) => {
    found = undefined;
    throw error;
  });
  return found;
}

async function provide() {
  const present = installed();
  if (present !== undefined) return present;
  const reasons = [];
  for (const attempt of [installWithApt, download]) {
    try {
      return await attempt();
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error));
    }
  }
  throw new StartFault(
    `no nats-server found, and none could be installed (${reasons.join('; ')}): install it, set NATS_URL to a NATS server with JetStream, or use "docker compose up"`,
  );
}

/** @returns {string | undefined} */
function installed() {
  const dirs = [...(process.env.PATH ?? '').split(delimiter), ...systemDirs].filter((dir) => dir !== '');
  return [...dirs.map((dir) => join(dir, 'nats-server')), downloaded()].find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function installWithApt() {
  if (!existsSync('/usr/bin/apt-get')) throw new Error('no apt-get here');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = async (/** @type {string[]} */ ...args) => {
    const [program = 'apt-get', ...rest] = [
      ...sudo,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=90',
      ...args,
    ];
    await run(program, rest, { timeout: installLimitMs });
  };
  const install = () => apt('install', '-y', '--no-install-recommends', 'nats-server');
  // A fresh machine has no package lists yet.
  await install().catch(async () => {
    await apt('update');
    await install();
  });
  const path = installed();
  if (path === undefined) throw new Error('apt-get installed no nats-server');
  return path;
}

function downloaded() {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sifaka', `nats-server-${release.version}`);
}

async function download() {
  const platform = `${process.platform}-${process.arch}`;
  const expected = Object.entries(release.sha256).find(([name]) => name === platform)?.[1];
  if (expected === undefined) throw new Error(`no release known for ${platform}`);
  const folder = `nats-server-v${release.version}-linux-${process.arch === 'x64' ? 'amd64' : 'arm64'}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${release.version}/${folder}.tar.gz`;
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadLimitMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const archive = Buffer.from(await response.arrayBuffer());
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) throw new Error(`${url} has checksum ${actual}, expected ${expected}`);
  return unpack(archive, folder);
}

/** @param {Buffer} archive @param {string} folder */
async function unpack(archive, folder) {
  const path = downloaded();
  const draft = `${path}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    writeFileSync(join(draft, 'archive.tar.gz'), archive);
    await run('tar', ['-xzf', join(draft, 'archive.tar.gz'), '-C', draft], { timeout: downloadLimitMs });
    renameSync(join(draft, folder, 'nats-server'), path);
    return path;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
