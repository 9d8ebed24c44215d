import type { KeyObject } from 'node:crypto';
import { describeKey, keyMatches, nameOids, valuesOf, verifyChain, type CertificateFacts, type CsrFacts, type GeneralName } from '@sifaka/pki';
import type { AllowedDomains } from '../allowed-domains.js';
import { chain, refuse, type Refusal } from '../chain.js';
import { commonNameAsDomain } from '../issuance/name-rules.js';
import { namesCanBeStored } from './stored-names.js';

/** All that decides whether an existing certificate is taken into the inventory. */
export interface UploadInput {
  certificate: CertificateFacts;
  /** Without the certificate itself. */
  chain: readonly CertificateFacts[];
  key: KeyObject | null;
  csr: CsrFacts | null;
  /** As the caller wants it to be called; null for a generated name. */
  name: string | null;
  caller: { entersAnyDomain: boolean };
  allowedDomains: AllowedDomains;
  /** Those among `namesOfRequest(csr)` that are marked as sensitive. */
  sensitiveNames: ReadonlySet<string>;
}

/** Names in a signing request that the domain rules are asked about, in lower case. Names of the certificate are not: it exists already. */
export function namesOfRequest(csr: Pick<CsrFacts, 'subject' | 'sans'> | null): string[] {
  if (csr === null) return [];
  const commonNames = valuesOf(csr.subject, nameOids.commonName).flatMap((name) => commonNameAsDomain(name) ?? []);
  return [...new Set([...commonNames, ...csr.sans.flatMap((name) => (name.type === 'dns' ? [name.value] : []))].map((name) => name.toLowerCase()))];
}

/** KT-6. */
function keyTypeIsKnown({ certificate }: UploadInput): Refusal | null {
  const { kind } = describeKey(certificate.spki);
  if (kind === 'rsa' || kind === 'ec') return null;
  return refuse('keyType', `certificates with RSA or EC keys can be uploaded, this one has a key of type ${kind}`, 'policy.key_type_unknown');
}

/** CE-8. */
function keyBelongsToCertificate({ certificate, key }: UploadInput): Refusal | null {
  if (key === null || keyMatches(key, certificate.spki)) return null;
  return refuse('Schema.privateKey', 'the private key does not belong to the certificate', 'policy.key_mismatch');
}

function chainHolds({ certificate, chain: issuers }: UploadInput): Refusal | null {
  const broken = issuers.length === 0 ? null : verifyChain([certificate, ...issuers]);
  return broken === null ? null : refuse('Schema.chain', broken.detail, 'policy.chain_broken');
}

/** UP-6. */
function canBeNamed({ certificate, name }: UploadInput): Refusal | null {
  if ((name ?? '').trim() !== '' || certificate.cn !== null || certificate.sans.some(isHost)) return null;
  return refuse('name', 'the certificate has neither a common name nor a DNS or IP name: give it a name', 'policy.name_missing');
}

function requestStaysInItsDomains({ csr, caller, allowedDomains, sensitiveNames }: UploadInput): Refusal[] {
  if (caller.entersAnyDomain) return [];
  return namesOfRequest(csr).flatMap((name) => {
    if (sensitiveNames.has(name)) return [refuse('csr', `domain "${name}" is marked as sensitive: ask an administrator`, 'policy.domain_sensitive')];
    if (!allowedDomains.allows(name)) return [refuse('csr', `domain "${name}" matches none of this installation's allowed domains`, 'policy.domain_not_allowed')];
    return [];
  });
}

export const uploadPolicy = chain<UploadInput>(keyTypeIsKnown, keyBelongsToCertificate, chainHolds, canBeNamed, namesCanBeStored, requestStaysInItsDomains);

const isHost = ({ type }: GeneralName): boolean => type === 'dns' || type === 'ip' || type === 'network';
