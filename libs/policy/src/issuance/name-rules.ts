import { limits } from '@sifaka/kernel';
import { generalNameFault, nameOids, valuesOf } from '@sifaka/pki';
import type { IssuanceDraft, IssuanceInput } from './issuance-input.js';
import { refuse, type Refusal } from '../chain.js';

const commonNamePath = 'commonName';
const namesPath = 'extensions.subAltNames.names';

/** A certificate travels several times in one answer (PEM, request, list of names), and a message of the bus holds 1 MiB. */
const namesChars = 64 * 1024;

/** A common name without inner space is taken for a domain name, with one for a human's or an organization's (DV-1). */
export function commonNameAsDomain(commonName: string | null): string | null {
  const trimmed = commonName?.trim() ?? '';
  return trimmed === '' || /\s/.test(trimmed) ? null : trimmed;
}

/** Names that the domain rules are asked about, in lower case: the common name and every DNS name, not addresses, URIs and mailboxes (DV-5). */
export function checkedNames({ commonName, extensions, ssh }: Pick<IssuanceDraft, 'commonName' | 'extensions' | 'ssh'>): string[] {
  if (namesUsers({ ssh })) return [];
  const cn = commonNameAsDomain(commonName);
  return [...new Set([...(cn === null ? [] : [cn]), ...dnsNames(extensions)].map((name) => name.toLowerCase()))];
}

/** Names of users are no domains: the issuer decides which of them the applicant may have. */
const namesUsers = ({ ssh }: Pick<IssuanceDraft, 'ssh'>): boolean => ssh?.kind === 'user';

/** The first common name is judged, shown and searched for; with a second one behind it, something else would be signed. */
export function requestHasOneCommonName({ ask: { csr } }: IssuanceInput): Refusal | null {
  const commonNames = csr === null ? [] : valuesOf(csr.subject, nameOids.commonName);
  if (commonNames.length < 2) return null;
  return refuse('csr', `its subject has ${commonNames.length} common names, one is accepted: give the others as subject alternative names`, 'policy.csr_common_names');
}

/** CE-2: who is certified must be named; without a common name only where the authority allows it, and then by other names. */
export function namesItsSubject({ ask, draft, authority }: IssuanceInput): Refusal | null {
  if (draft.commonName !== null || namesUsers(draft)) return null;
  if (ask.kind === 'ca') return refuse(commonNamePath, 'an authority needs a common name', 'policy.common_name_missing');
  if (authority?.cnOptional !== true) return refuse('Schema.commonName', `missing, and authority "${authority?.name ?? ''}" does not issue without (option cn_optional)`, 'policy.common_name_missing');
  if ((draft.extensions.subjectAltNames ?? []).length > 0) return null;
  return refuse('Schema.subjectAltNames', 'without a common name at least one subject alternative name is needed', 'policy.names_missing');
}

/** A signing request names as strictly as any other door: what is no name of its kind is neither signed nor stored. */
export function namesAreWellFormed({ ask: { csr }, draft: { extensions } }: IssuanceInput): Refusal[] {
  const path = csr === null ? namesPath : 'csr';
  const names = extensions.subjectAltNames ?? [];
  const { subjectAltNames: most } = limits;
  if (names.length > most) return [refuse(path, `${names.length} subject alternative names, ${most} are accepted`, 'policy.names_too_many')];
  const faults = names.flatMap((name) => generalNameFault(name) ?? []);
  if (faults.length > 0) return faults.map((fault) => refuse(path, fault, 'policy.name_malformed'));
  const chars = names.reduce((sum, name) => sum + ('value' in name ? name.value.length : 0), 0);
  return chars <= namesChars ? [] : [refuse(path, `subject alternative names of ${chars} characters, ${namesChars} are accepted`, 'policy.names_too_long')];
}

/** DV-2, DV-3, DV-4. */
export function staysInItsDomains({ draft, caller, allowedDomains, sensitiveNames }: IssuanceInput): Refusal[] {
  if (caller.entersAnyDomain || namesUsers(draft)) return [];
  const refusals: Refusal[] = [];
  const judge = (name: string, path: string) => {
    // RFC 4343: DNS knows no difference of case.
    const judged = name.toLowerCase();
    if (sensitiveNames.has(judged)) refusals.push(refuse(path, `domain "${name}" is marked as sensitive: ask an administrator`, 'policy.domain_sensitive'));
    else if (!allowedDomains.allows(judged)) refusals.push(refuse(path, `domain "${name}" matches none of this installation's allowed domains`, 'policy.domain_not_allowed'));
  };
  const cn = commonNameAsDomain(draft.commonName);
  if (cn !== null) judge(cn, commonNamePath);
  // The common name among the names was added by the draft, or is judged already.
  for (const name of dnsNames(draft.extensions)) if (name !== cn) judge(name, namesPath);
  return refusals;
}

function dnsNames(extensions: IssuanceDraft['extensions']): string[] {
  return (extensions.subjectAltNames ?? []).flatMap((name) => (name.type === 'dns' ? [name.value] : []));
}
