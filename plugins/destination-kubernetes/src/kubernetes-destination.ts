import { servedAt } from '@sifaka/certificate-files';
import { AppError, isAppError } from '@sifaka/kernel';
import { assertAllowed, KubernetesApi, Secrets, type AppliedSecret, type Secret } from '@sifaka/kubernetes';
import type { DeployableCertificate, DeployedCertificate, Destination, DestinationContext, ServedAt } from '@sifaka/plugin-sdk';
import { contentsOf, layouts, openContentsOf, type Contents } from './contents.js';
import { annotations, fieldManager, hasForeignParts, isAnother, isIn, isKeptFor, keptNothing, keptOf, ownLabels, restored, wasAbsent, type Place } from './kept.js';
import type { KubernetesOptions } from './options.js';
import { keptName, secretName } from './secret-name.js';

/** Somebody else may write between our look and our write; more often than this is no coincidence. */
const maxTries = 4;

/** Secrets of one namespace, written by server-side apply: what others put into them stays. */
export class KubernetesDestination implements Destination {
  readonly place: string;
  readonly servedWithinMs: number;
  private readonly api: KubernetesApi;
  private readonly secrets: Secrets;

  constructor(
    private readonly options: KubernetesOptions,
    context: DestinationContext,
  ) {
    this.place = options.kubernetesURL;
    this.servedWithinMs = options.servedWithin * 1_000;
    this.api = new KubernetesApi(options, context);
    this.secrets = new Secrets(this.api);
  }

  endpoints(certificate: DeployedCertificate): readonly ServedAt[] {
    return servedAt(this.options.endpoints, certificate);
  }

  async placeFor(certificate: DeployedCertificate): Promise<string> {
    return `${await this.api.namespace(this.options)}/${secretName(this.options.secretNameFormat, certificate)}`;
  }

  /** The rights that every operation needs, then a secret that is applied on trial: the server says all that it would say of a real one. */
  async check(): Promise<void> {
    const namespace = await this.api.namespace(this.options);
    await assertAllowed(this.api, (['get', 'create', 'patch', 'delete'] as const).map((verb) => ({ verb, resource: 'secrets', namespace })));
    const probe = { namespace, name: 'sifaka-connection-test', type: 'Opaque', annotations: {}, labels: ownLabels, data: {} };
    await this.secrets.apply(probe, { fieldManager, isForced: true, isDryRun: true });
  }

  async upload(certificate: DeployableCertificate, signal?: AbortSignal): Promise<{ externalId: string | null }> {
    const place = { namespace: await this.api.namespace(this.options), name: secretName(this.options.secretNameFormat, certificate) };
    const wanted = this.wanted(place, certificate);
    await untilUnchanged(async () => {
      const current = await this.secrets.find(place.namespace, place.name);
      if (current !== null && isSame(current, wanted)) return;
      assertType(current, wanted);
      await this.write(wanted, current, certificate);
    }, signal);
    return { externalId: `${place.namespace}/${place.name}` };
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    const { secretFormat } = this.options;
    const { namespace, name } = await this.placeOf(certificate);
    const current = await this.secrets.find(namespace, name);
    return current?.type === layouts[secretFormat].type && holds(current, openContentsOf(certificate, secretFormat));
  }

  async remove(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    const { namespace, name } = await this.placeOf(certificate);
    await untilUnchanged(async () => {
      const current = await this.secrets.find(namespace, name);
      if (isIn(current, certificate)) await this.takeOut(current);
    }, signal);
    await this.settle(certificate);
  }

  async rollback(certificate: DeployedCertificate, signal?: AbortSignal): Promise<void> {
    const { namespace, name } = await this.placeOf(certificate);
    await untilUnchanged(async () => {
      const [current, kept] = [await this.secrets.find(namespace, name), await this.secrets.find(namespace, keptName(name))];
      if (!isKeptFor(kept, certificate)) return;
      if (!isIn(current, certificate)) return;
      if (wasAbsent(kept)) await this.takeOut(current);
      else await this.secrets.apply(restored(current, kept), { fieldManager, isForced: true, resourceVersion: current.metadata.resourceVersion });
    }, signal);
    await this.settle(certificate);
  }

  async settle(certificate: DeployedCertificate): Promise<void> {
    const { namespace, name } = await this.placeOf(certificate);
    await untilUnchanged(async () => {
      const kept = await this.secrets.find(namespace, keptName(name));
      if (isKeptFor(kept, certificate)) await this.secrets.delete(kept);
    });
  }

  private wanted({ namespace, name }: Place, certificate: DeployableCertificate): AppliedSecret {
    const { secretFormat } = this.options;
    return {
      namespace,
      name,
      type: layouts[secretFormat].type,
      labels: ownLabels,
      annotations: { [annotations.fingerprint]: certificate.fingerprint, [annotations.certificate]: certificate.name },
      data: contentsOf(certificate, secretFormat),
    };
  }

  /** What was there is kept first: a crash at any point leaves one of the two whole, and the way back. */
  private async write(wanted: AppliedSecret, current: Secret | null, certificate: DeployableCertificate): Promise<void> {
    // The same certificate in another form took nobody's place.
    const replaces = isAnother(current, certificate);
    if (replaces) await this.keep(current === null ? keptNothing(wanted, certificate) : keptOf(current, certificate));
    try {
      await this.secrets.apply(wanted, { fieldManager, isForced: this.options.takeOwnership, resourceVersion: current?.metadata.resourceVersion });
    } catch (error) {
      // Surely nothing was written.
      if (replaces && isAppError(error) && ['conflict', 'failed_precondition', 'permission_denied'].includes(error.code)) await this.settle({ ...certificate, externalId: `${wanted.namespace}/${wanted.name}` }).catch(() => undefined);
      throw owned(error, wanted);
    }
  }

  private async keep(kept: AppliedSecret): Promise<void> {
    const before = await this.secrets.find(kept.namespace, kept.name);
    if (before !== null && before.metadata.annotations[annotations.keptUntil] === undefined) {
      throw new AppError('failed_precondition', `secret ${kept.namespace}/${kept.name} is not this platform's, and its name is needed to keep what an upload replaces`, { reason: 'kubernetes.name_taken' });
    }
    await this.secrets.apply(kept, { fieldManager, isForced: true, resourceVersion: before?.metadata.resourceVersion });
  }

  private async takeOut(current: Secret): Promise<void> {
    if (!hasForeignParts(current)) return this.secrets.delete(current);
    const { namespace, name, resourceVersion } = current.metadata;
    // A secret of this type must have both keys, and its type cannot change: empty ones are as far as it goes.
    const data: Contents = current.type === layouts.TLS.type ? Object.fromEntries(layouts.TLS.keys.map((key) => [key, Buffer.alloc(0)])) : {};
    await this.secrets.apply({ namespace, name, type: current.type, annotations: {}, labels: {}, data }, { fieldManager, isForced: true, resourceVersion });
  }

  /** Where it was put, also when the options name another place by now. */
  private async placeOf(certificate: DeployedCertificate): Promise<Place> {
    const [, namespace, name] = /^([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})$/.exec(certificate.externalId ?? '') ?? [];
    if (namespace !== undefined && name !== undefined) return { namespace, name };
    return { namespace: await this.api.namespace(this.options), name: secretName(this.options.secretNameFormat, certificate) };
  }
}

const holds = ({ data }: Secret, contents: Contents): boolean => Object.entries(contents).every(([key, value]) => data[key] === value.toString('base64'));

function isSame(current: Secret, { type, data, annotations: wanted }: AppliedSecret): boolean {
  return current.type === type && holds(current, data) && Object.entries(wanted).every(([name, value]) => current.metadata.annotations[name] === value);
}

function assertType(current: Secret | null, { namespace, name, type }: AppliedSecret): void {
  if (current === null || current.type === type) return;
  throw new AppError(
    'failed_precondition',
    `secret ${namespace}/${name} has the type ${current.type}, and the format asks for ${type}: Kubernetes never changes the type of a secret. Delete it, or choose another secretFormat or secretNameFormat`,
    { reason: 'kubernetes.type' },
  );
}

/** Whose keys these are, and what can be done. */
function owned(error: unknown, { namespace, name }: AppliedSecret): unknown {
  if (!isAppError(error) || error.reason !== 'kubernetes.owned') return error;
  return new AppError('failed_precondition', `secret ${namespace}/${name} is written by another manager; option takeOwnership overwrites what it wrote (${error.message})`, { reason: 'kubernetes.owned', cause: error });
}

/** Looks anew when somebody else was faster. */
async function untilUnchanged(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    if (signal?.aborted === true) throw new AppError('unavailable', 'it was stopped before it was done');
    try {
      await work();
      return;
    } catch (error) {
      if (tries >= maxTries || !isAppError(error) || error.reason !== 'kubernetes.changed') throw error;
    }
  }
}
