import { mkdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { launch, type Peer, type Place } from './launch.js';
import { programPath, run } from './programs.js';

export interface SshdOptions {
  /** Public keys of CAs whose user certificates open a session, one a line. */
  trustedUserCaKeys?: string;
  /** Private key in OpenSSH format; else an Ed25519 key of its own. */
  hostKey?: string;
  /** Certificate of that key, one line. */
  hostCertificate?: string;
  /** A key revocation list (KRL), or revoked public keys, one a line. */
  revokedKeys?: Uint8Array | string;
  /** Principals that may log in as the user; without them a certificate must name the user itself. */
  authorizedPrincipals?: readonly string[];
  /** Public keys that open a session without a certificate, one a line. */
  authorizedKeys?: string;
  /** Allows SFTP alone, which begins in this folder; else commands as well, with SFTP beside them. */
  sftpRoot?: string;
  /** Further lines of sshd_config. */
  settings?: readonly string[];
}

export interface Sshd extends Peer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** The one user that can log in: whoever runs the test. */
  readonly user: string;
  /** Its host key, one line as in `known_hosts`, without the host. */
  readonly hostPublicKey: string;
  /** The line for `known_hosts` that makes a client trust that very key. */
  readonly knownHostsLine: string;
  /** Replaces the revocation list; the next session is held to it. */
  setRevokedKeys(revoked: Uint8Array | string): Promise<void>;
  /** Replaces the keys that open a session. */
  setAuthorizedKeys(lines: string): Promise<void>;
}

/** OpenSSH's server on a loopback port, with public keys and certificates as the only way in. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const user = userInfo().username;
  // Debian makes it when the service starts, and nobody started it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const peer = await launch({
    name: 'sshd',
    ports: 1,
    async prepare(place) {
      await writeFiles(place, options);
      await writeFile(join(place.folder, 'sshd_config'), configuration(place, options, user), { mode: 0o600 });
      return { program: programPath('sshd'), args: ['-D', '-e', '-f', place.path('sshd_config')] };
    },
    isReady: ({ port }) => greets(port(0)),
  });
  const { folder, port } = peer.place;
  const hostPublicKey = (await run('ssh-keygen', ['-y', '-f', join(folder, 'host_key')])).trim();
  return {
    ...peer,
    host: '127.0.0.1',
    port: port(0),
    user,
    hostPublicKey,
    knownHostsLine: `[127.0.0.1]:${port(0)} ${hostPublicKey}`,
    setRevokedKeys: (revoked) => writeFile(join(folder, 'revoked_keys'), revoked),
    setAuthorizedKeys: (lines) => writeFile(join(folder, 'authorized_keys'), `${lines.trim()}\n`),
  };
}

async function writeFiles({ folder }: Place, options: SshdOptions): Promise<void> {
  const hostKey = join(folder, 'host_key');
  if (options.hostKey === undefined) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', hostKey]);
  else await writeFile(hostKey, `${options.hostKey.trim()}\n`, { mode: 0o600 });
  const files: Record<string, string | Uint8Array> = {
    'host_key-cert.pub': line(options.hostCertificate),
    user_ca: line(options.trustedUserCaKeys),
    revoked_keys: options.revokedKeys ?? '',
    principals: (options.authorizedPrincipals ?? []).map((principal) => `${principal}\n`).join(''),
    authorized_keys: line(options.authorizedKeys),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  if (options.sftpRoot !== undefined) await mkdir(options.sftpRoot, { recursive: true });
}

const line = (text: string | undefined): string => (text === undefined ? '' : `${text.trim()}\n`);

function configuration(place: Place, options: SshdOptions, user: string): string {
  const given = (value: unknown, setting: string) => (value === undefined ? [] : [setting]);
  return [
    `ListenAddress 127.0.0.1:${place.port(0)}`,
    `HostKey ${place.path('host_key')}`,
    ...given(options.hostCertificate, `HostCertificate ${place.path('host_key-cert.pub')}`),
    ...given(options.trustedUserCaKeys, `TrustedUserCAKeys ${place.path('user_ca')}`),
    ...given(options.authorizedPrincipals, `AuthorizedPrincipalsFile ${place.path('principals')}`),
    `RevokedKeys ${place.path('revoked_keys')}`,
    `AuthorizedKeysFile ${place.path('authorized_keys')}`,
    `AllowUsers ${user}`,
    'AuthenticationMethods publickey',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    // The folder of a test lies below one that everybody may write to.
    'StrictModes no',
    'PidFile none',
    'LogLevel VERBOSE',
    'MaxStartups 100',
    'PrintMotd no',
    `Subsystem sftp internal-sftp${options.sftpRoot === undefined ? '' : ` -d ${options.sftpRoot}`}`,
    ...given(options.sftpRoot, `ForceCommand internal-sftp -d ${options.sftpRoot}`),
    ...(options.settings ?? []),
    '',
  ].join('\n');
}

/** Whether an SSH server says hello. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject).once('close', () => {
      resolve(false);
    });
    socket.setEncoding('latin1').once('data', (text) => {
      resolve(String(text).startsWith('SSH-2.0-'));
      socket.destroy();
    });
  });
}

export interface SshUser {
  /** Private key in OpenSSH format. */
  privateKey: string;
  /** User certificate, one line. */
  certificate?: string;
  /** Lines of `known_hosts`. */
  knownHosts: string;
  /** Name that the client takes the server for, as the certificate of its key names it; 127.0.0.1 with its port by default. */
  hostAlias?: string;
}

export interface SshResult {
  code: number;
  stdout: string;
  stderr: string;
}
