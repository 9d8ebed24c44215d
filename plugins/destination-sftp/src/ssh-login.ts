import { createHash } from 'node:crypto';
import { AppError, isAppError } from '@sifaka/kernel';
import { connectionFault, type PluginContext } from '@sifaka/plugin-sdk';
import { Client, type ConnectConfig, type ServerHostKeyAlgorithm, type SFTPWrapper } from 'ssh2';
import { clientKey } from './client-key.js';
import type { SftpOptions } from './options.js';

const connectMs = 10_000;
const handshakeMs = 15_000;
/** Connection, log-in and all that is done: a hundred small files take a second. */
const sessionMs = 45_000;

/** A host may have keys of each type; the one that is pinned need not be the one that it shows first. */
const hostKeyTypes: readonly (readonly ServerHostKeyAlgorithm[] | null)[] = [
  null,
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
];

/** Sessions on one host, whose key must be the one that is known. */
export class SshLogin {
  /** Fingerprint of the key that the host showed first and that was trusted. */
  hostKeySeen: string | null = null;

  constructor(
    private readonly options: SftpOptions,
    private readonly context: PluginContext,
  ) {}

  /** Opens a session, does the work, and ends it whatever comes. */
  async during<T>(work: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    const session = new Session(this.options.host);
    const stop = () => session.end(new AppError('unavailable', 'this service is stopping'));
    const timer = setTimeout(() => session.end(new AppError('upstream_timeout', `${this.options.host} took longer than ${sessionMs / 1_000} s`)), sessionMs);
    this.context.signal.addEventListener('abort', stop, { once: true });
    try {
      return await session.unlessItEnds(this.open(session).then(work));
    } finally {
      clearTimeout(timer);
      this.context.signal.removeEventListener('abort', stop);
      session.end(null);
    }
  }

  private async open(session: Session): Promise<SFTPWrapper> {
    const { host } = this.options;
    const shown = new Set<string>();
    for (const types of hostKeyTypes) {
      try {
        return await this.openWith(session, types, shown);
      } catch (error) {
        // Another key than the known one was shown, or none of these types is there: nothing was sent that is secret.
        if (shown.size === 0 || !isAppError(error) || error.reason !== 'sftp.handshake') throw error;
      }
    }
    throw new AppError('failed_precondition', `${host} shows the host key ${[...shown].join(', ')}, and ${this.known ?? 'none'} is the one that is trusted: if the host was given a new key, set hostKeyFingerprint to it`, {
      reason: 'sftp.host_key',
    });
  }

  private async openWith(session: Session, types: readonly ServerHostKeyAlgorithm[] | null, shown: Set<string>): Promise<SFTPWrapper> {
    const { host, port, user: username, password } = this.options;
    const privateKey = await clientKey(this.options, this.context.random);
    const sock = await this.context.outbound.connect({ host, port, timeoutMs: connectMs }).catch((error: unknown) => {
      throw connectionFault(`${host}:${port}`, error);
    });
    return session.connect({
      sock,
      username,
      ...(password !== undefined && { password, tryKeyboard: true }),
      ...(privateKey !== null && { privateKey: privateKey.text, ...(privateKey.passphrase !== undefined && { passphrase: privateKey.passphrase }) }),
      ...(types !== null && { algorithms: { serverHostKey: [...types] } }),
      readyTimeout: handshakeMs,
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

/** One connection; a second one takes its place where the first was refused by us. */
class Session {
  private client: Client | null = null;
  private fail: (fault: AppError) => void = () => undefined;
  private readonly failure = new Promise<never>((_, reject) => (this.fail = reject));

  constructor(private readonly host: string) {
    this.failure.catch(() => undefined);
  }

  unlessItEnds<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.failure]);
  }

  /** @param fault why it ends before its work is done */
  end(fault: AppError | null): void {
    if (fault !== null) this.fail(fault);
    // What comes after the end is nobody's concern, and an error without a listener ends the process.
    this.client?.removeAllListeners().on('error', () => undefined);
    this.client?.end().destroy();
    this.client = null;
  }

  connect(config: ConnectConfig): Promise<SFTPWrapper> {
    this.end(null);
    const client = new Client();
    this.client = client;
    return new Promise((resolve, reject) => {
      // Not once: a refused host may reset the connection after the fault that ended it, and an error without a listener ends the process.
      client.on('error', (error) => reject(loginFault(this.host, config, error)));
      client.once('close', () => reject(new AppError('upstream_failed', `${this.host} ended the connection`, { reason: 'sftp.closed' })));
      client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => config.password ?? '')));
      client.once('ready', () => {
        client.on('error', (error) => this.fail(loginFault(this.host, config, error)));
        client.once('close', () => this.fail(new AppError('upstream_failed', `${this.host} ended the connection`, { reason: 'sftp.closed' })));
        client.sftp((error, sftp) => {
          if (error === undefined) resolve(sftp);
          else reject(new AppError('failed_precondition', `${this.host} offers no SFTP to "${config.username ?? ''}": ${error.message}`, { reason: 'sftp.not_offered', cause: error }));
        });
      });
      try {
        client.connect(config);
      } catch (error) {
        config.sock?.destroy();
        const words = error instanceof Error ? error.message : 'it cannot be read';
        reject(new AppError('failed_precondition', `privateKey: ${words}`, { reason: 'sftp.bad_key', fields: [{ path: 'plugin.pluginOptions.privateKey', message: words }] }));
      }
    });
  }
}

function loginFault(host: string, { username = '', password, privateKey }: ConnectConfig, error: Error & { level?: string }): AppError {
  switch (error.level) {
    case 'client-authentication': {
      const given = [password === undefined ? [] : ['password'], privateKey === undefined ? [] : ['private key']].flat();
      const what = given.length === 0 ? 'nothing to prove it: give a password or a private key' : `this ${given.join(' and ')}`;
      return new AppError('permission_denied', `${host} does not let "${username}" in with ${what}`, { reason: 'sftp.login', cause: error });
    }
    case 'client-timeout':
      return new AppError('upstream_timeout', `${host} did not finish the SSH handshake within ${handshakeMs / 1_000} s`, { cause: error });
    case 'handshake':
      return new AppError('upstream_failed', `no SSH session with ${host}: ${error.message}`, { reason: 'sftp.handshake', cause: error });
    case 'protocol':
      return new AppError('upstream_failed', `${host} does not speak SSH as it should: ${error.message}`, { reason: 'sftp.protocol', cause: error });
    default:
      return connectionFault(host, error);
  }
}
