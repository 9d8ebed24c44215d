import { CertificatePlace, commandedServer, noServer, servedAt, stoppableFiles, type FileRights, type Server } from '@sifaka/certificate-files';
import { AppError } from '@sifaka/kernel';
import { assertPublishedName, type DeployableCertificate, type DeployedCertificate, type Destination, type DestinationContext, type PublishedFile, type ServedAt, type Uploaded } from '@sifaka/plugin-sdk';
import { runLocally, wordsOf } from './local-command.js';
import { LocalFiles } from './local-files.js';
import type { FileOptions } from './options.js';

/** What is published is for everybody. */
const publicMode = 0o644;

/**
 * Files of a server on this machine. Whoever may change destinations may thereby neither write anywhere nor run anything here: folders and
 * commands are those that the configuration of the installation names.
 */
export class FileDestination implements Destination {
  constructor(
    private readonly options: FileOptions,
    private readonly context: DestinationContext,
  ) {}

  async check(): Promise<void> {
    const { destinationPath } = this.options;
    const files = this.files();
    this.server();
    const probe = `${destinationPath}/.sifaka-probe-${Buffer.from(this.context.random(8)).toString('hex')}`;
    await files.makeFolder(destinationPath);
    await files.write(probe, Buffer.from('written by a connection test, and to be removed by it\n'), { mode: 0o600, ...(await this.owner()) });
    await files.remove(probe);
  }

  async upload(certificate: DeployableCertificate, signal?: AbortSignal): Promise<Uploaded> {
    const place = await this.at(signal);
    const isChanged = await place.upload(certificate);
    return { externalId: place.externalId(certificate), ...(!isChanged && { wasThere: true }) };
  }

  async reload(_certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await (await this.at(signal)).reload();
  }

  async verify(certificate: DeployedCertificate, signal?: AbortSignal): Promise<boolean> {
    return (await this.at(signal)).verify(certificate);
  }

  async remove(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await (await this.at(signal)).remove(certificate);
  }

  async rollback(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await (await this.at(signal)).rollback(certificate);
  }

  async settle(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await (await this.at(signal)).settle(certificate);
  }

  /** Whoever reads it reads the former one or this one: it is written beside it, and renamed. */
  async publish({ name, content }: PublishedFile, signal: AbortSignal = this.context.signal): Promise<void> {
    assertPublishedName(name);
    const { destinationPath } = this.options;
    const [plain, files] = [this.files(), stoppableFiles(this.files(), signal)];
    const draft = `${destinationPath}/.${name}.${Buffer.from(this.context.random(8)).toString('hex')}`;
    await files.makeFolder(destinationPath);
    try {
      await files.write(draft, Buffer.from(content), { mode: publicMode, ...(await this.owner()) });
      await files.rename([{ from: draft, to: `${destinationPath}/${name}` }]);
    } catch (error) {
      await plain.remove(draft).catch(() => undefined);
      throw error;
    }
  }

  async unpublish({ name }: { name: string }, signal: AbortSignal = this.context.signal): Promise<void> {
    assertPublishedName(name);
    await stoppableFiles(this.files(), signal).remove(`${this.options.destinationPath}/${name}`);
  }

  /** Left blank, the default of the platform. */
  get servedWithinMs(): number | undefined {
    return this.options.servedWithin === undefined ? undefined : this.options.servedWithin * 1_000;
  }

  placeFor(certificate: DeployedCertificate): string {
    return CertificatePlace.nameOf(this.options, certificate);
  }

  endpoints(certificate: DeployedCertificate): readonly ServedAt[] {
    return servedAt(this.options.endpoints, certificate);
  }

  private async at(signal: AbortSignal = this.context.signal): Promise<CertificatePlace> {
    return new CertificatePlace(stoppableFiles(this.files(), signal), this.options, this.server(signal), await this.owner());
  }

  private files(): LocalFiles {
    return new LocalFiles(this.options.folders ?? []);
  }

  private server(signal = this.context.signal): Server {
    const { testCommand, reloadCommand } = this.options;
    const commands = Object.entries({ testCommand, reloadCommand }).flatMap(([option, command]) => {
      if (command === undefined) return [];
      const words = wordsOf(this.allowed(option, command));
      return [{ option, run: () => runLocally(words, signal) }];
    });
    return commands.length === 0 ? noServer : commandedServer(LocalFiles.machine, commands);
  }

  private allowed(option: string, command: string): string {
    if (this.options.commands?.includes(command) === true) return command;
    const message = `"${command}" is no command that SIFAKA_FILE_DESTINATION_COMMANDS of this installation allows`;
    throw new AppError('failed_precondition', `${option}: ${message}`, { reason: 'destination.command_not_allowed', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
  }

  private async owner(): Promise<Pick<FileRights, 'uid' | 'gid'>> {
    const { owner, group } = this.options;
    return {
      ...(owner !== undefined && { uid: await this.numberOf('owner', 'passwd', owner) }),
      ...(group !== undefined && { gid: await this.numberOf('group', 'group', group) }),
    };
  }

  private async numberOf(option: string, database: 'passwd' | 'group', name: string): Promise<number> {
    if (/^\d+$/.test(name)) return Number(name);
    const { exitCode, output } = await runLocally(['getent', database, name], this.context.signal);
    const digits = output.split(':')[2] ?? '';
    if (exitCode === 0 && /^\d+$/.test(digits)) return Number(digits);
    const message = `${LocalFiles.machine} knows no ${option} "${name}"`;
    throw new AppError('failed_precondition', message, { reason: 'destination.no_owner', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
  }
}
