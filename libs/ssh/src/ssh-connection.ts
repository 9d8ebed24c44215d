import { AppError } from '@sifaka/kernel';
import { connectionFault } from '@sifaka/plugin-sdk';
import { Client, type ConnectConfig, type SFTPWrapper } from 'ssh2';

const handshakeMs = 15_000;

/** One connection; a second one takes its place where the first was refused by us. */
export class SshConnection {
  private client: Client | null = null;
  private username = '';
  private fail: (fault: AppError) => void = () => undefined;
  private readonly failure = new Promise<never>((_, reject) => (this.fail = reject));

  constructor(private readonly host: string) {
    this.failure.catch(() => undefined);
  }

  /** The client that is logged in. @throws AppError `upstream_failed` when it is not, or no longer */
  get ready(): Client {
    if (this.client === null) throw new AppError('upstream_failed', `the connection to ${this.host} has ended`, { reason: 'ssh.closed' });
    return this.client;
  }

  unlessItEnds<T>(work: Promise<T>): Promise<T> {
    // What fails after the end was lost with the connection.
    work.catch(() => undefined);
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

  connect(config: ConnectConfig): Promise<void> {
    this.end(null);
    const client = new Client();
    this.client = client;
    this.username = config.username ?? '';
    return new Promise((resolve, reject) => {
      // Not once: a refused host may reset the connection after the fault that ended it, and an error without a listener ends the process.
      client.on('error', (error) => reject(loginFault(this.host, config, error)));
      client.once('close', () => reject(this.closed()));
      client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => config.password ?? '')));
      client.once('ready', () => {
        client.on('error', (error) => this.fail(loginFault(this.host, config, error)));
        client.once('close', () => this.fail(this.closed()));
        resolve();
      });
      try {
        client.connect({ ...config, readyTimeout: handshakeMs });
      } catch (error) {
        config.sock?.destroy();
        const words = error instanceof Error ? error.message : 'it cannot be read';
        reject(new AppError('failed_precondition', `privateKey: ${words}`, { reason: 'ssh.bad_key', fields: [{ path: 'plugin.pluginOptions.privateKey', message: words }] }));
      }
    });
  }

  sftp(): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
      this.ready.sftp((error, sftp) => {
        if (error === undefined) resolve(sftp);
        else reject(new AppError('failed_precondition', `${this.host} offers no SFTP to "${this.username}": ${error.message}`, { reason: 'ssh.no_sftp', cause: error }));
      });
    });
  }

  private closed(): AppError {
    return new AppError('upstream_failed', `${this.host} ended the connection`, { reason: 'ssh.closed' });
  }
}

function loginFault(host: string, { username = '', password, privateKey }: ConnectConfig, error: Error & { level?: string }): AppError {
  switch (error.level) {
    case 'client-authentication': {
      const given = [password === undefined ? [] : ['password'], privateKey === undefined ? [] : ['private key']].flat();
      const what = given.length === 0 ? 'nothing to prove it: give a password or a private key' : `this ${given.join(' and ')}`;
      return new AppError('permission_denied', `${host} does not let "${username}" in with ${what}`, { reason: 'ssh.login', cause: error });
    }
    case 'client-timeout':
      return new AppError('upstream_timeout', `${host} did not finish the SSH handshake within ${handshakeMs / 1_000} s`, { cause: error });
    case 'handshake':
      return new AppError('upstream_failed', `no SSH session with ${host}: ${error.message}`, { reason: 'ssh.handshake', cause: error });
    case 'protocol':
      return new AppError('upstream_failed', `${host} does not speak SSH as it should: ${error.message}`, { reason: 'ssh.protocol', cause: error });
    default:
      return connectionFault(host, error);
  }
}
