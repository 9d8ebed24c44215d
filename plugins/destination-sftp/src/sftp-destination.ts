import { posix } from 'node:path';
import { belongsTo } from '@sifaka/certificate-files';
import { AppError } from '@sifaka/kernel';
import type { DeployableCertificate, DeployedCertificate, Destination, DestinationContext } from '@sifaka/plugin-sdk';
import { SshLogin, type SftpFiles } from '@sifaka/ssh';
import { filesOf, openMode, placesOf, publicFilesOf, stemOf, type RemoteFile } from './files.js';
import type { SftpOptions } from './options.js';

/** Files below one folder of a host, in the layout that Lemur used: `<destinationPath>/<CN>/<CN>.key` and its like. */
export class SftpDestination implements Destination {
  readonly place: string;
  private readonly login: SshLogin;

  constructor(
    private readonly options: SftpOptions,
    private readonly context: DestinationContext,
  ) {
    this.login = new SshLogin(options, context);
    this.place = this.login.place;
  }

  learned(): Readonly<Record<string, string>> {
    return this.login.learned();
  }

  async check(): Promise<void> {
    const probe = `.sifaka-probe-${this.random()}`;
    await this.in('', async (files, folder) => {
      await files.makeFolder(folder);
      await files.write(posix.join(folder, probe), Buffer.from('written by a connection test, and to be removed by it\n'), { mode: openMode });
      await files.remove(posix.join(folder, probe));
    });
  }

  async upload(certificate: DeployableCertificate, signal?: AbortSignal): Promise<{ externalId: string | null }> {
    const wanted = filesOf(certificate, this.options.exportFormat);
    const stem = stemOf(certificate);
    await this.in(stem, async (files, folder) => {
      await files.makeFolder(folder);
      // All or nothing as far as SFTP has it: everything is there before the first name changes hands.
      const changed = [];
      for (const file of wanted) if (!(await files.holds(posix.join(folder, file.name), file.content, file.mode))) changed.push(file);
      await this.putAll(files, folder, changed);
    }, signal);
    return { externalId: this.placeFor(certificate) };
  }

  placeFor(certificate: Pick<DeployedCertificate, 'name' | 'commonName'>): string {
    return posix.join(this.options.destinationPath, stemOf(certificate));
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    const expected = publicFilesOf(certificate, this.options.exportFormat);
    return this.in(stemOf(certificate), async (files, folder) => {
      for (const { name, content, mode } of expected) if (!(await files.holds(posix.join(folder, name), content, mode))) return false;
      const key = placesOf(certificate).find(({ role }) => role === 'key');
      const found = key === undefined ? null : await files.read(posix.join(folder, key.path));
      return key !== undefined && found !== null && belongsTo(certificate, key, found.content);
    });
  }

  /** What took its place stays, and so does what others put beside it. */
  async remove(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await this.in(stemOf(certificate), async (files, folder) => {
      const own = [];
      for (const place of placesOf(certificate)) {
        const path = posix.join(folder, place.path);
        const found = await files.read(path);
        if (found === null) continue;
        if (belongsTo(certificate, place, found.content)) own.push(path);
        else if (place.role === 'certificate') return;
      }
      for (const path of own) await files.remove(path);
      if (own.length > 0) await files.removeFolder(folder);
    }, signal);
  }

  async uploadToken({ path, content }: { path: string; content: string }): Promise<void> {
    const file = { name: tokenName(path), content: Buffer.from(content), mode: openMode };
    await this.in('', async (files, folder) => {
      await files.makeFolder(folder);
      if (!(await files.holds(posix.join(folder, file.name), file.content, file.mode))) await this.putAll(files, folder, [file]);
    });
  }

  async removeToken({ path }: { path: string }): Promise<void> {
    const name = tokenName(path);
    await this.in('', (files, folder) => files.remove(posix.join(folder, name)));
  }

  /** Writes all files under other names, then renames them: a reader sees a file whole, as it was or as it is. */
  private async putAll(files: SftpFiles, folder: string, changed: readonly RemoteFile[]): Promise<void> {
    const suffix = this.random();
    const pairs = changed.map(({ name }) => ({ from: posix.join(folder, `.${name}.${suffix}.tmp`), to: posix.join(folder, name) }));
    try {
      for (const [index, { content, mode }] of changed.entries()) await files.write(pairs[index]?.from ?? '', content, { mode });
      await files.rename(pairs);
    } catch (error) {
      for (const { from } of pairs) await files.remove(from).catch(() => undefined);
      throw error;
    }
  }

  private in<T>(name: string, work: (files: SftpFiles, folder: string) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.login.during(async (session) => work(await session.files(), posix.join(this.options.destinationPath, name)), undefined, signal);
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
