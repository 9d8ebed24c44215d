import { createHash } from 'node:crypto';
import { AppError, isAppError } from '@sifaka/kernel';
import { connectionFault, type PluginContext } from '@sifaka/plugin-sdk';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { clientKey } from './client-key.js';
import { runOn, type CommandLimits, type RemoteCommandResult } from './remote-command.js';
import { SftpFiles } from './sftp-files.js';
import { SshConnection } from './ssh-connection.js';
import type { SshOptions } from './ssh-options.js';

const connectMs = 10_000;
/** Connection, log-in and all that is done: a hundred small files take a second. */
const sessionMs = 45_000;

/** A host may have keys of each type; the one that is pinned need not be the one that it shows first. */
const hostKeyTypes: readonly (readonly ServerHostKeyAlgorithm[] | null)[] = [
  null,
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
];

/** One connection, for all that belongs together. */
export interface SshSession {
  /** @throws AppError `failed_precondition` where the host offers no SFTP */
  files(): Promise<SftpFiles>;
  /**
   * Runs a command as the user's shell understands it.
   *
   * @throws AppError `upstream_timeout` when it takes too long, `failed_precondition` where the host runs no commands
   */
  run(command: string, limits?: Partial<CommandLimits>): Promise<RemoteCommandResult>;
}

/** Sessions on one host, whose key must be the one that is known. */
export class SshLogin {
  /** Fingerprint of the key that the host showed first and that was trusted. */
  hostKeySeen: string | null = null;

  constructor(
    private readonly options: SshOptions,
    private readonly context: PluginContext,
  ) {}

  /** Names the host, without contact. */
  get place(): string {
    return `${this.options.host}:${this.options.port}`;
  }

  /** The key of the host, where it was left blank; see `Destination.learned`. */
  learned(): Readonly<Record<string, string>> {
    return this.options.hostKeyFingerprint === undefined && this.hostKeySeen !== null ? { hostKeyFingerprint: this.hostKeySeen } : {};
  }

  /**
   * Opens a session, does the work, and ends it whatever comes.
   *
   * @param limitMs of all of it @param signal ends the connection, and with it all that is done
   * @throws AppError `permission_denied` for a refused log-in, `failed_precondition` for another host key and a key that cannot be used,
   *   `upstream_timeout`, `upstream_failed`, `unavailable`
   */
  async during<T>(work: (session: SshSession) => Promise<T>, limitMs = sessionMs, signal?: AbortSignal): Promise<T> {
    const connection = new SshConnection(this.options.host);
    const stop = () => connection.end(stopped());
    const timer = setTimeout(() => connection.end(new AppError('upstream_timeout', `${this.options.host} took longer than ${limitMs / 1_000} s`)), limitMs);
    this.context.signal.addEventListener('abort', stop, { once: true });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      if (signal?.aborted === true) throw stopped();
      return await connection.unlessItEnds(this.open(connection).then(() => work(this.sessionOf(connection))));
    } finally {
      clearTimeout(timer);
      this.context.signal.removeEventListener('abort', stop);
      signal?.removeEventListener('abort', stop);
      connection.end(null);
    }
  }

  private sessionOf(connection: SshConnection): SshSession {
    let opened: Promise<SftpFiles> | undefined;
    return {
      files: () => (opened ??= connection.sftp().then((sftp) => new SftpFiles(sftp, this.options.host))),
      run: (command, limits) => runOn(connection.ready, this.options.host, command, limits),
    };
  }

  private async open(connection: SshConnection): Promise<void> {
    const { host } = this.options;
    const shown = new Set<string>();
    for (const types of hostKeyTypes) {
      try {
        await this.openWith(connection, types, shown);
        return;
      } catch (error) {
        // Another key than the known one was shown, or none of these types is there: nothing was sent that is secret.
        if (shown.size === 0 || !isAppError(error) || error.reason !== 'ssh.handshake') throw error;
      }
    }
    throw new AppError('failed_precondition', `${host} shows the host key ${[...shown].join(', ')}, and ${this.known ?? 'none'} is the one that is trusted: if the host was given a new key, set hostKeyFingerprint to it`, {
      reason: 'ssh.host_key',
    });
  }

  private async openWith(connection: SshConnection, types: readonly ServerHostKeyAlgorithm[] | null, shown: Set<string>): Promise<void> {
    const { host, port, user: username, password } = this.options;
    const privateKey = await clientKey(this.options, this.context.random);
    const sock = await this.context.outbound.connect({ host, port, timeoutMs: connectMs }).catch((error: unknown) => {
      throw connectionFault(`${host}:${port}`, error);
    });
    await connection.connect({
      sock,
      username,
      ...(password !== undefined && { password, tryKeyboard: true }),
      ...(privateKey !== null && { privateKey: privateKey.text, ...(privateKey.passphrase !== undefined && { passphrase: privateKey.passphrase }) }),
      ...(types !== null && { algorithms: { serverHostKey: [...types] } }),
      hostVerifier: (key: Buffer) => this.isTrusted(key, shown),
    });
  }

  private get known(): string | null {
    return this.options.hostKeyFingerprint ?? this.hostKeySeen;
  }

  private isTrusted(key: Buffer, shown: Set<string>): boolean {
    const fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
    if (this.known === null) this.hostKeySeen = fingerprint;
    if (this.known === fingerprint) return true;
    shown.add(fingerprint);
    return false;
  }
}

const stopped = (): AppError => new AppError('unavailable', 'it was stopped before it was done');
