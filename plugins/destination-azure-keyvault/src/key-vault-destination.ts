import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@sifaka/kernel';
import { generatePassphrase, type DeployableCertificate, type DeployedCertificate, type Destination, type DestinationContext } from '@sifaka/plugin-sdk';
import { importRequest, tagNames, type ImportRequest } from './import-request.js';
import { KeyVaultApi, type HeldCertificate } from './key-vault-api.js';
import type { KeyVaultOptions } from './options.js';
import { subjectOf, vaultName } from './vault-name.js';

/** A recovery takes Key Vault some seconds. */
const lookAgainAfterMs = [100, 500, 1_000, 2_000, 4_000, 8_000];
const tryLaterMs = 15_000;

/** Certificates of one vault, each with a version for every certificate that took its place. */
export class KeyVaultDestination implements Destination {
  readonly place: string;
  private readonly api: KeyVaultApi;

  constructor(
    private readonly options: KeyVaultOptions,
    private readonly context: DestinationContext,
  ) {
    this.place = options.vaultUrl.replace(/\/+$/, '');
    this.api = new KeyVaultApi(options, context);
  }

  /** The application may do all that it will have to. Nothing is changed. */
  async check(): Promise<void> {
    const probe = `sifaka-probe-${Buffer.from(this.context.random(8)).toString('hex')}`;
    const missing = await this.api.missing(probe, this.options.recover_deleted ? ['get', 'import', 'delete', 'recover'] : ['get', 'import', 'delete']);
    const [first] = missing;
    if (first === undefined) return;
    const rights = missing.map(({ right }) => right).join(', ');
    throw new AppError('permission_denied', `the application ${this.options.appID} lacks the certificate permissions ${rights} on ${this.place}: ${first.fault.message}`, { reason: 'azure.missing_rights' });
  }

  async upload(certificate: DeployableCertificate): Promise<{ externalId: string }> {
    const name = vaultName(certificate);
    const held = await this.api.current(name);
    if (!isHeld(held, certificate)) await this.put(name, certificate, held);
    return { externalId: this.placeFor(certificate) };
  }

  placeFor(certificate: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): string {
    return `${this.place}/certificates/${vaultName(certificate)}`;
  }

  /** Key Vault shows the certificate alone: its chain lies with the key in the secret, which this right does not reach. */
  async verify(certificate: DeployedCertificate): Promise<boolean> {
    return isHeld(await this.api.current(vaultName(certificate)), certificate);
  }

  /** Single versions cannot be deleted: what has a successor stays among its versions. */
  async remove(certificate: DeployedCertificate): Promise<void> {
    const name = vaultName(certificate);
    const held = await this.api.current(name);
    if (held?.certificateDer.equals(certificate.certificateDer) === true) await this.api.delete(name);
  }

  private async put(name: string, certificate: DeployableCertificate, held: HeldCertificate | null): Promise<void> {
    refuseOthers(name, certificate, held);
    const passphrase = generatePassphrase(this.context.random);
    const request = await importRequest(certificate, { passphrase, tagsBefore: held?.tags ?? {}, random: this.context.random });
    const outcome = await this.api.import(name, request);
    if (outcome.state === 'imported') return;
    if (outcome.state === 'changing') throw busy(outcome.fault);
    if (!this.options.recover_deleted) throw deletedFault(name, outcome.fault);
    this.context.logger.info('the certificate was deleted and is recovered, to import the next version of it', { name });
    await this.api.recover(name);
    await this.importRecovered(name, certificate, request);
  }

  private async importRecovered(name: string, certificate: DeployableCertificate, request: ImportRequest): Promise<void> {
    for (const ms of [...lookAgainAfterMs, null]) {
      const held = await this.api.current(name);
      if (held !== null) {
        refuseOthers(name, certificate, held);
        const outcome = await this.api.import(name, request);
        if (outcome.state === 'imported') return;
        if (ms === null) throw busy(outcome.fault);
      }
      if (ms !== null) await pause(ms, undefined, { signal: this.context.signal });
    }
    throw new AppError('conflict', `Key Vault is still recovering the certificate "${name}"`, { reason: 'azure.recovering', retryAfterMs: tryLaterMs });
  }
}

/** One that somebody disabled serves nobody: the next upload puts a version beside it. */
function isHeld(held: HeldCertificate | null, { certificateDer }: Pick<DeployedCertificate, 'certificateDer'>): boolean {
  return held?.isEnabled === true && held.certificateDer.equals(certificateDer);
}

/** `a.b` and `a-b` come to the same name: neither may take the other's place. */
function refuseOthers(name: string, certificate: DeployableCertificate, held: HeldCertificate | null): void {
  const [subject, theirs] = [subjectOf(certificate), held?.tags[tagNames.subject]];
  if (theirs === undefined || theirs.toLowerCase() === subject.toLowerCase()) return;
  const message = `"${name}" in the vault is the certificate of ${theirs}, and that of ${subject} would have the same name there: use another vault for one of them`;
  throw new AppError('failed_precondition', message, { reason: 'azure.name_taken' });
}

const busy = (fault: AppError): AppError => new AppError('conflict', fault.message, { reason: 'azure.busy', retryAfterMs: tryLaterMs, cause: fault });

function deletedFault(name: string, fault: AppError): AppError {
  const advice = `recover it (az keyvault certificate recover --name ${name}) or purge it, or set recover_deleted`;
  return new AppError('failed_precondition', `the vault keeps a deleted certificate "${name}", whose name cannot be used again before: ${advice}. ${fault.message}`, { reason: 'azure.deleted', cause: fault });
}
