import { posix } from 'node:path';
import { AppError } from '@sifaka/kernel';
import type { DeployableCertificate, DeployedCertificate, Destination, DestinationContext } from '@sifaka/plugin-sdk';
import { fileStem, filesOf, openMode, publicFilesOf } from './files.js';
import type { SftpOptions } from './options.js';
import { SftpFolder } from './sftp-folder.js';
import { SshLogin } from './ssh-login.js';

/** Files below one folder of a host, in the layout that Lemur used: `<destinationPath>/<CN>/<CN>.key` and its like. */
export class SftpDestination implements Destination {
  readonly place: string;
  private readonly login: SshLogin;

  constructor(
    private readonly options: SftpOptions,
    private readonly context: DestinationContext,
  ) {
    this.place = `${options.host}:${options.port}`;
    this.login = new SshLogin(options, context);
  }

  learned(): Readonly<Record<string, string>> {
    const { hostKeySeen } = this.login;
    return this.options.hostKeyFingerprint === undefined && hostKeySeen !== null ? { hostKeyFingerprint: hostKeySeen } : {};
  }

  async check(): Promise<void> {
    const probe = `.sifaka-probe-${this.random()}`;
    await this.in('', async (folder) => {
      await folder.put({ name: probe, content: Buffer.from('written by a connection test, and to be removed by it\n'), mode: openMode }, this.random());
      await folder.remove(probe);
    });
  }

  async upload(certificate: DeployableCertificate): Promise<{ externalId: string | null }> {
    const files = filesOf(certificate, this.options.exportFormat);
    const stem = fileStem(certificate);
    await this.in(stem, async (folder) => {
      // All or nothing as far as SFTP has it: everything is there before the first name changes hands.
      const changed = [];
      for (const file of files) if (!(await folder.holds(file))) changed.push(file);
      await folder.putAll(changed, this.random());
    });
    return { externalId: posix.join(this.options.destinationPath, stem) };
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    const files = publicFilesOf(certificate, this.options.exportFormat);
    return this.in(fileStem(certificate), async (folder) => {
      for (const file of files) if (!(await folder.holds(file))) return false;
      return true;
    });
  }

  async uploadToken({ path, content }: { path: string; content: string }): Promise<void> {
    const file = { name: tokenName(path), content: Buffer.from(content), mode: openMode };
    await this.in('', async (folder) => {
      if (!(await folder.holds(file))) await folder.put(file, this.random());
    });
  }

  async removeToken({ path }: { path: string }): Promise<void> {
    await this.in('', (folder) => folder.remove(tokenName(path)));
  }

  private in<T>(name: string, work: (folder: SftpFolder) => Promise<T>): Promise<T> {
    return this.login.during(async (sftp) => {
      const folder = new SftpFolder(sftp, posix.join(this.options.destinationPath, name), this.options.host);
      await folder.make();
      return work(folder);
    });
  }

  private random(): string {
    return Buffer.from(this.context.random(8)).toString('hex');
  }
}

/** RFC 8555 section 8.3: a token is base64url, so it is no way out of the folder. */
function tokenName(path: string): string {
  const name = posix.basename(path);
  if (/^[A-Za-z0-9_-]{1,255}$/.test(name)) return name;
  throw new AppError('invalid_argument', `"${name.slice(0, 64)}" is no token of a challenge`, { reason: 'destination.bad_token' });
}
