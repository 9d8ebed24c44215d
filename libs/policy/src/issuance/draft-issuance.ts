import { asCaRequest, checkedAddress, checkedDnsName, isDnsName, nameOids, subjectFrom, type ExtensionRequest, type GeneralName, type Name } from '@sifaka/pki';
import type { IssuanceAsk, IssuanceDraft, IssuingAuthority } from './issuance-input.js';
import { commonNameAsDomain } from './name-rules.js';
import { signingHash } from './signing-hash.js';
import { draftSsh } from './ssh-rules.js';
import { resolveValidity } from './validity.js';

interface DraftSettings {
  now: Date;
  authority: IssuingAuthority | null;
  /** For a root when no validity is asked. */
  rootValidityDays: number;
  allowWeekendExpiration: boolean;
}

/**
 * Works out what a request comes to, before the policy judges it: names out of a signing request (EX-9), the common name among
 * the names (CI-2), extensions of an authority, validity.
 */
export function draftIssuance(ask: IssuanceAsk, { now, authority, rootValidityDays, allowWeekendExpiration }: DraftSettings): IssuanceDraft {
  const commonName = blankToNull(ask.csr?.cn ?? ask.commonName);
  const extensions = extensionsOf(ask, commonName);
  return {
    commonName,
    subject: subjectOf(ask, commonName),
    extensions,
    ssh: authority?.format === 'openssh' && ask.kind === 'leaf' ? draftSsh(ask, extensions) : null,
    keyType: ask.csr === null ? ask.keyType : (ask.csr.keyType ?? ''),
    hash: ask.signingAlgorithm === null ? null : (signingHash(ask.signingAlgorithm) ?? null),
    ...resolveValidity(ask, { now, authority, defaultValidityDays: rootValidityDays, allowWeekendExpiration }),
  };
}

/** A signing request says who is certified; only a missing common name is filled in. */
function subjectOf({ csr, subject, renewedSubject }: IssuanceAsk, commonName: string | null): Name {
  if (renewedSubject !== undefined) return renewedSubject;
  if (csr === null) return subjectFrom({ ...subject, commonName });
  if (csr.cn !== null || commonName === null) return csr.subject;
  return [{ oid: nameOids.commonName, value: commonName }, ...csr.subject];
}

function extensionsOf({ kind, csr, extensions, renewedSubject }: IssuanceAsk, commonName: string | null): ExtensionRequest {
  const wanted = csr === null ? extensions : requestedBy(csr.extensions);
  const given = { ...wanted, subjectAltNames: withoutRepetition(wanted.subjectAltNames ?? []) };
  if (kind === 'ca') return asCaRequest(given);
  if (renewedSubject !== undefined) return given;
  return { ...given, subjectAltNames: withCommonName(given.subjectAltNames, commonName) };
}

/** The identifiers are the issuer's to give. */
function requestedBy({ subjectKeyId: _subject, authorityKeyId: _authority, ...extensions }: NonNullable<IssuanceAsk['csr']>['extensions']): ExtensionRequest {
  return extensions;
}

/** CI-2: clients look at the names alone, so a common name that is a host must be among them, first. */
function withCommonName(names: readonly GeneralName[], commonName: string | null): readonly GeneralName[] {
  const host = commonNameAsDomain(commonName);
  if (host === null) return names;
  const address = addressOf(host);
  if (address !== null) return names.some((name) => name.type === 'ip' && name.value === address) ? names : [{ type: 'ip', value: address }, ...names];
  if (!isDnsName(host)) return names;
  const value = checkedDnsName(host, 'commonName');
  const isThere = names.some((name) => name.type === 'dns' && name.value.toLowerCase() === value.toLowerCase());
  return isThere ? names : [{ type: 'dns', value }, ...names];
}

function addressOf(host: string): string | null {
  if (!/^[0-9.]+$|:/.test(host)) return null;
  try {
    return checkedAddress(host, 'commonName');
  } catch {
    return null;
  }
}

function withoutRepetition(names: readonly GeneralName[]): GeneralName[] {
  return [...new Map(names.map((name) => [textOf(name), name])).values()];
}

function textOf(name: GeneralName): string {
  return JSON.stringify(name, (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
}

const blankToNull = (value: string): string | null => (value.trim() === '' ? null : value.trim());
