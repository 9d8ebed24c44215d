import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from './programs.js';

export interface SshSession {
  port: number;
  user: string;
  /** Private key in OpenSSH format. */
  privateKey: string;
  /** User certificate, one line. */
  certificate?: string;
  /** Lines of `known_hosts`: the client trusts nothing else, and asks nothing. */
  knownHosts: string;
  /** The name that the client takes the server for, which certificates of hosts are held against; by default `[127.0.0.1]:port`. */
  hostAlias?: string;
  /** Further options, such as `BindAddress=127.0.0.2`. */
  options?: readonly string[];
}

export interface SshResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

const runLimitMs = 20_000;

/** Runs one command on a server of 127.0.0.1 with the client of OpenSSH; what it says is returned, not judged. */
export async function runSsh(session: SshSession, command: string): Promise<SshResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sifaka-ssh-'));
  try {
    await writeFile(join(folder, 'key'), `${session.privateKey.trim()}\n`, { mode: 0o600 });
    if (session.certificate !== undefined) await writeFile(join(folder, 'key-cert.pub'), `${session.certificate.trim()}\n`);
    await writeFile(join(folder, 'known_hosts'), `${session.knownHosts.trim()}\n`);
    const options = [
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'StrictHostKeyChecking=yes',
      'UpdateHostKeys=no',
      'ConnectTimeout=10',
      `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
      'GlobalKnownHostsFile=/dev/null',
      ...(session.certificate === undefined ? [] : [`CertificateFile=${join(folder, 'key-cert.pub')}`]),
      ...(session.hostAlias === undefined ? [] : [`HostKeyAlias=${session.hostAlias}`]),
      ...(session.options ?? []),
    ];
    const flags = options.flatMap((option) => ['-o', option]);
    const place = ['-F', '/dev/null', '-i', join(folder, 'key'), '-p', String(session.port), `${session.user}@127.0.0.1`];
    return await execute(programPath('ssh'), [...flags, ...place, command]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function execute(program: string, args: readonly string[]): Promise<SshResult> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: runLimitMs }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
}
