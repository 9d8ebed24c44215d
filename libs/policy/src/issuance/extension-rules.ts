import { extendedKeyUsageOids, extensionOids } from '@sifaka/pki';
import { refuse, type Refusal } from '../chain.js';
import type { IssuanceInput } from './issuance-input.js';

/** Authorities are made through the door for authorities: a certificate that could issue others would go round it. */
export function isNoAuthorityInDisguise({ ask: { kind, csr }, draft: { extensions } }: IssuanceInput): Refusal[] {
  if (kind === 'ca') return [];
  const path = (key: string) => (csr === null ? `extensions.${key}` : 'csr');
  const refusals: Refusal[] = [];
  if (extensions.basicConstraints?.isCa === true) {
    refusals.push(refuse(path('basicConstraints'), 'a certificate cannot be a CA: create an authority instead', 'policy.ca_extension'));
  }
  if (extensions.keyUsage?.includes('keyCertSign') === true) {
    refusals.push(refuse(path('keyUsage'), 'useKeyCertSign belongs to authorities alone (RFC 5280 section 4.2.1.3)', 'policy.ca_extension'));
  }
  if (extensions.nameConstraints !== undefined) {
    refusals.push(refuse(path('nameConstraints'), 'name constraints belong to authorities alone (RFC 5280 section 4.2.1.10)', 'policy.ca_extension'));
  }
  return refusals;
}

/**
 * Whoever holds such a certificate revokes, or unrevokes, in the name of the authority: an OCSP responder is believed for every
 * certificate of its issuer (RFC 6960 section 4.2.2.2), a signer of revocation lists for an indirect list.
 */
export function speaksForNoAuthority({ ask: { kind, csr }, draft: { extensions }, caller }: IssuanceInput): Refusal[] {
  if (kind === 'ca' || caller.isAdmin) return [];
  const path = (key: string) => (csr === null ? `extensions.${key}` : 'csr');
  const refusals: Refusal[] = [];
  if (extensions.keyUsage?.includes('crlSign') === true) {
    refusals.push(refuse(path('keyUsage'), 'useCRLSign lets it sign revocation lists: ask an administrator', 'policy.delegated_authority'));
  }
  if (extensions.extendedKeyUsage?.includes(extendedKeyUsageOids.useOCSPSigning) === true) {
    refusals.push(refuse(path('extendedKeyUsage'), 'useOCSPSigning lets it answer for all certificates of the authority: ask an administrator', 'policy.delegated_authority'));
  }
  return refusals;
}

/** EX-7. */
export function keyUsageIsConsistent({ ask: { csr }, draft: { extensions } }: IssuanceInput): Refusal | null {
  const usage = extensions.keyUsage ?? [];
  if (!usage.includes('encipherOnly') || !usage.includes('decipherOnly')) return null;
  return refuse(csr === null ? 'extensions.keyUsage' : 'csr', 'useEncipherOnly and useDecipherOnly exclude each other', 'policy.key_usage');
}

/** What has a field of its own is decided there, and no extension stands twice in a certificate (RFC 5280 section 4.2). */
export function customExtensionsAreOwn({ ask: { csr }, draft: { extensions } }: IssuanceInput): Refusal | null {
  const path = csr === null ? 'extensions.custom' : 'csr';
  const seen = new Set<string>();
  for (const { oid } of extensions.custom ?? []) {
    if (modelled.has(oid)) return refuse(path, `extension ${oid} has a field of its own and cannot be given as custom`, 'policy.custom_extension');
    if (seen.has(oid)) return refuse(path, `extension ${oid} is given twice`, 'policy.custom_extension');
    seen.add(oid);
  }
  return null;
}

/** What cannot be read cannot be judged. */
export function requestIsReadable({ ask: { csr } }: IssuanceInput): Refusal | null {
  const [unreadable] = csr?.undecodableExtensions ?? [];
  return unreadable === undefined ? null : refuse('csr', `extension ${unreadable} of the certificate signing request cannot be read`, 'policy.csr_extension');
}

const modelled = new Set<string>(Object.values(extensionOids));
