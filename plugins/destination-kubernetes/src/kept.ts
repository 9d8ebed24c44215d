import type { AppliedSecret, Secret } from '@sifaka/kubernetes';
import type { DeployedCertificate } from '@sifaka/plugin-sdk';
import { fingerprintIn, layouts } from './contents.js';
import { keptName } from './secret-name.js';

/** Annotations; people and the source of this platform read them. */
export const annotations = {
  fingerprint: 'sifaka/fingerprint-sha256',
  certificate: 'sifaka/certificate',
  /** On a secret that keeps what another one held: until this certificate is proven there. */
  keptUntil: 'sifaka/kept-until',
  /** On one that keeps that there was none. */
  keptNothing: 'sifaka/kept-nothing',
} as const;

export const ownLabels = { 'app.kubernetes.io/managed-by': 'sifaka' } as const;

export interface Place {
  namespace: string;
  name: string;
}

/** Every key that one of the formats writes. */
const ownKeys: ReadonlySet<string> = new Set(Object.values(layouts).flatMap(({ keys }) => keys));

/** What a secret holds before an upload, as a secret of its own beside it: it outlives a crash, and needs no other right. */
export function keptOf(before: Secret, { fingerprint }: Pick<DeployedCertificate, 'fingerprint'>): AppliedSecret {
  const { namespace, name, annotations: all } = before.metadata;
  const data = Object.entries(before.data).filter(([key]) => ownKeys.has(key));
  return {
    namespace,
    name: keptName(name),
    // Of this type any selection of keys may be there.
    type: 'Opaque',
    labels: ownLabels,
    annotations: { ...own(all), [annotations.keptUntil]: fingerprint },
    data: Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64')])),
  };
}

/** That there was no secret: an upload that is taken back leaves none, nor its key. */
export function keptNothing({ namespace, name }: Place, { fingerprint }: Pick<DeployedCertificate, 'fingerprint'>): AppliedSecret {
  return { namespace, name: keptName(name), type: 'Opaque', labels: ownLabels, annotations: { [annotations.keptUntil]: fingerprint, [annotations.keptNothing]: 'true' }, data: {} };
}

export const wasAbsent = ({ metadata }: Secret): boolean => metadata.annotations[annotations.keptNothing] !== undefined;

/** The secret as it was. */
export function restored(current: Secret, kept: Secret): AppliedSecret {
  const { namespace, name } = current.metadata;
  const wasOurs = kept.metadata.annotations[annotations.fingerprint] !== undefined;
  return {
    namespace,
    name,
    type: current.type,
    labels: wasOurs ? ownLabels : {},
    annotations: own(kept.metadata.annotations),
    data: Object.fromEntries(Object.entries(kept.data).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
  };
}

/** It keeps what this certificate took the place of. */
export const isKeptFor = (kept: Secret | null, { fingerprint }: Pick<DeployedCertificate, 'fingerprint'>): kept is Secret => kept !== null && kept.metadata.annotations[annotations.keptUntil] === fingerprint;

/** By what is in it, whatever its annotations say. */
export const isIn = (secret: Secret | null, { fingerprint }: Pick<DeployedCertificate, 'fingerprint'>): secret is Secret => secret !== null && fingerprintIn(secret.data) === fingerprint;

/** Nothing is there, or another certificate. */
export const isAnother = (secret: Secret | null, certificate: Pick<DeployedCertificate, 'fingerprint'>): boolean => !isIn(secret, certificate);

/** Somebody else has put something into it, or written something on it. */
export function hasForeignParts({ data, metadata: { managedFields } }: Secret): boolean {
  if (Object.keys(data).some((key) => !ownKeys.has(key))) return true;
  return managedFields.some(({ manager, operation, fieldsV1 }) => (manager !== fieldManager || operation !== 'Apply') && ownsParts(fieldsV1));
}

export const fieldManager = 'sifaka';

/** Keys, labels or annotations, owners or finalizers; that somebody created it with a type is not a part. */
function ownsParts(fields: Readonly<Record<string, unknown>>): boolean {
  const metadata = fields['f:metadata'];
  return [fields['f:data'], metadata].some((part) => typeof part === 'object' && part !== null && Object.keys(part).some((name) => name !== '.' && name !== 'f:namespace' && name !== 'f:name'));
}

const own = (all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name === annotations.fingerprint || name === annotations.certificate));
