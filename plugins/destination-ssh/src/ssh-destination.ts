import { CertificatePlace, commandedServer, noServer, servedAt, shownOutput, type FileRights } from '@sifaka/certificate-files';
import { AppError } from '@sifaka/kernel';
import type { DeployableCertificate, DeployedCertificate, Destination, DestinationContext, ServedAt, Uploaded } from '@sifaka/plugin-sdk';
import { SshLogin, type SshSession } from '@sifaka/ssh';
import type { SshOptions } from './options.js';

/** Connection, files, and two commands that may take 30 s each; less than the 90 s after which a rollback begins. */
const sessionMs = 75_000;
const commandMs = 30_000;
/** What shells answer for a command that may not be run, and for one that there is not. */
const cannotRun: ReadonlySet<number> = new Set([126, 127]);

/** Files of a server on another host, which is told to take them over. */
export class SshDestination implements Destination {
  readonly place: string;
  private readonly login: SshLogin;

  constructor(
    private readonly options: SshOptions,
    private readonly context: DestinationContext,
  ) {
    this.login = new SshLogin(options, context);
    this.place = this.login.place;
  }

  learned(): Readonly<Record<string, string>> {
    return this.login.learned();
  }

  async check(): Promise<void> {
    const { destinationPath, testCommand } = this.options;
    const probe = `${destinationPath}/.sifaka-probe-${Buffer.from(this.context.random(8)).toString('hex')}`;
    await this.login.during(async (session) => {
      const files = await session.files();
      await files.makeFolder(destinationPath);
      await files.write(probe, Buffer.from('written by a connection test, and to be removed by it\n'), { mode: 0o600, ...(await this.ownerAt(session)) });
      await files.remove(probe);
      if (testCommand !== undefined) await this.requireCommand(session, 'testCommand', testCommand);
    }, sessionMs);
  }

  async upload(certificate: DeployableCertificate, signal?: AbortSignal): Promise<Uploaded> {
    return this.at(async (place) => {
      const isChanged = await place.upload(certificate);
      return { externalId: place.externalId(certificate), ...(!isChanged && { wasThere: true }) };
    }, signal);
  }

  async reload(_certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await this.at((place) => place.reload(), signal);
  }

  async verify(certificate: DeployedCertificate, signal?: AbortSignal): Promise<boolean> {
    return this.at((place) => place.verify(certificate), signal);
  }

  async remove(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await this.at((place) => place.remove(certificate), signal);
  }

  async rollback(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await this.at((place) => place.rollback(certificate), signal);
  }

  async settle(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    await this.at((place) => place.settle(certificate), signal);
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

  private at<T>(work: (place: CertificatePlace) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.login.during(async (session) => {
      const owner = await this.ownerAt(session);
      return work(new CertificatePlace(await session.files(), this.options, this.serverAt(session), owner));
    }, sessionMs, signal);
  }

  /** What a test says before there is a certificate counts for nothing, but that it can be run does. */
  private async requireCommand(session: SshSession, option: string, command: string): Promise<void> {
    const { exitCode, output } = await session.run(command, { timeoutMs: commandMs });
    if (exitCode === null || !cannotRun.has(exitCode)) return;
    const message = `cannot be run at ${this.options.host} (it ended with ${exitCode}): ${shownOutput(output, this.secrets)}`;
    throw new AppError('failed_precondition', `${option} ${message}`, { reason: 'destination.command_failed', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
  }

  private serverAt(session: SshSession) {
    const { testCommand, reloadCommand } = this.options;
    const given = { testCommand, reloadCommand };
    const commands = Object.entries(given).flatMap(([option, command]) => (command === undefined ? [] : [{ option, run: () => session.run(command, { timeoutMs: commandMs }) }]));
    if (commands.length === 0) return noServer;
    return commandedServer(this.options.host, commands, this.secrets);
  }

  private get secrets(): string[] {
    const { password, privateKey, privateKeyPass } = this.options;
    return [password, privateKey, privateKeyPass].filter((secret) => secret !== undefined);
  }

  /** SFTP knows numbers alone. */
  private async ownerAt(session: SshSession): Promise<Pick<FileRights, 'uid' | 'gid'>> {
    const { owner, group } = this.options;
    return {
      ...(owner !== undefined && { uid: await this.numberOf(session, 'owner', owner, `id -u -- ${owner}`) }),
      ...(group !== undefined && { gid: await this.numberOf(session, 'group', group, `getent group -- ${group}`) }),
    };
  }

  private async numberOf(session: SshSession, option: string, name: string, command: string): Promise<number> {
    if (/^\d+$/.test(name)) return Number(name);
    const { exitCode, output } = await session.run(command, { timeoutMs: commandMs });
    const digits = /^(?:[^:\n]*:[^:\n]*:)?(\d+)(?::.*)?\s*$/.exec(output)?.[1];
    if (exitCode === 0 && digits !== undefined) return Number(digits);
    const message = `${this.options.host} knows no ${option} "${name}"`;
    throw new AppError('failed_precondition', message, { reason: 'destination.no_owner', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
  }
}
