import { createHash } from 'node:crypto';
import type { ingestCertificates, RequestOf } from '@sifaka/contracts';
import type { FoundCertificate } from '@sifaka/plugin-sdk';

/** A certificate on its way into the inventory. */
export interface Candidate {
  fingerprint: string;
  /** Digest of where it is and what it is called there. */
  place: string;
  scope: string;
  name: string | null;
  externalId: string | null;
  owner: string | null;
  description: string | null;
  certificateDer: Uint8Array;
  chainDer: readonly Uint8Array[];
}

type Asked = RequestOf<typeof ingestCertificates>['certificates'][number];

/** The largest real ones have some hundred names and 30 kB. */
const maxCertificateBytes = 128 * 1_024;
const maxChainBytes = 512 * 1_024;
const maxChain = 20;
const maxName = 2_048;

export function candidateOf(found: FoundCertificate): Candidate {
  const scope = found.scope ?? '';
  const name = textOrNull(found.name, maxName);
  const externalId = found.externalId === '' ? null : found.externalId;
  return {
    fingerprint: sha256Hex(found.certificateDer),
    place: sha256Hex(JSON.stringify([scope, externalId, name])),
    scope,
    name,
    externalId,
    owner: found.owner !== null && found.owner.length <= 256 ? textOrNull(found.owner, 256) : null,
    description: textOrNull(found.description, 1_024),
    certificateDer: found.certificateDer,
    chainDer: found.chainDer,
  };
}

/** Why it is not even shown to the inventory; null when it may be. */
export function refusal({ certificateDer, chainDer, externalId }: Candidate): string | null {
  if (certificateDer.byteLength === 0) return 'it is empty';
  if (certificateDer.byteLength > maxCertificateBytes) return `it has ${certificateDer.byteLength} bytes, at most ${maxCertificateBytes} are taken`;
  if (chainDer.length > maxChain) return `its chain has ${chainDer.length} certificates, at most ${maxChain} are taken`;
  if (sizeOf(chainDer) > maxChainBytes) return `its chain has ${sizeOf(chainDer)} bytes, at most ${maxChainBytes} are taken`;
  if (externalId !== null && externalId.length > maxName) return `its external id has ${externalId.length} characters, at most ${maxName} are taken`;
  return null;
}

export const bytesOf = ({ certificateDer, chainDer }: Candidate): number => certificateDer.byteLength + sizeOf(chainDer);

export function asked({ certificateDer, chainDer, name, externalId, owner, description }: Candidate): Asked {
  return { certificateDer: base64(certificateDer), chainDer: chainDer.map(base64), name, externalId, owner, description };
}

/** What to call it where people read of it. */
export const shownAs = ({ name, externalId, fingerprint }: Pick<Candidate, 'name' | 'externalId' | 'fingerprint'>): string => name ?? externalId ?? `certificate ${fingerprint}`;

export const sha256Hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
const sizeOf = (all: readonly Uint8Array[]): number => all.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** Postgres takes no NUL, and nobody reads more. */
function textOrNull(text: string | null, max: number): string | null {
  const clean = text?.replaceAll('\0', '').slice(0, max) ?? '';
  return clean === '' ? null : clean;
}
