import { AppError } from '@sifaka/kernel';
import type { CertificateFacts } from '../certificate/certificate-facts.js';
import type { GeneralName } from '../extension/extensions.js';
import { isDnsName } from '../extension/general-name-rules.js';
import { addressBytes, networkBytes } from '../extension/ip.js';
import { shown } from '../invalid.js';
import { commonNameOf, nameOids, type Name } from '../name/name.js';
import { nameText } from '../name/name-text.js';
import { isSameName } from '../name/same-name.js';

/**
 * Refuses names outside the permitted or inside the excluded subtrees of `authority` (RFC 5280 §4.2.1.10).
 * Errors: `failed_precondition`, reason `policy.name_constraints`.
 */
export function assertWithinConstraints(authority: CertificateFacts, { subject, sans }: { subject: Name; sans: readonly GeneralName[] }): void {
  const constraints = authority.extensions.nameConstraints;
  if (!constraints) return;
  for (const name of constrainedNames(subject, sans)) {
    const kind = kindOf(name);
    const permitted = constraints.permitted.filter((base) => kindOf(base) === kind);
    if (permitted.length > 0 && !permitted.some((base) => isInside(name, base))) throw refusal(authority, name, 'is not among the names permitted');
    if (constraints.excluded.some((base) => kindOf(base) === kind && touches(name, base))) throw refusal(authority, name, 'is among the names excluded');
  }
}

/** SAN names, the subject, its mailboxes, and the common name where it stands in for a DNS name (no DNS name in the SAN). */
function constrainedNames(subject: Name, sans: readonly GeneralName[]): GeneralName[] {
  const names: GeneralName[] = [...sans];
  if (subject.length > 0) names.push({ type: 'directoryName', name: subject });
  for (const { oid, value } of subject) if (oid === nameOids.email) names.push({ type: 'email', value });
  const cn = commonNameOf(subject);
  if (cn !== null && cn.includes('.') && isDnsName(cn) && addressBytes(cn) === null && !sans.some((name) => name.type === 'dns')) names.push({ type: 'dns', value: cn });
  return names;
}

const kindOf = ({ type }: GeneralName): string => (type === 'network' ? 'ip' : type);

function isInside(name: GeneralName, base: GeneralName): boolean {
  if (name.type === 'directoryName') return base.type === 'directoryName' && isSameName(name.name.slice(0, base.name.length), base.name);
  if (!('value' in name && 'value' in base) || typeof name.value !== 'string' || typeof base.value !== 'string') return false;
  const [value, root] = [name.value.toLowerCase(), base.value.toLowerCase()];
  switch (name.type) {
    case 'dns':
      return root === '' || isSubdomain(value, root) || (!root.startsWith('.') && value === root);
    case 'email':
      return root.includes('@') ? name.value.slice(0, name.value.lastIndexOf('@')) === base.value.slice(0, base.value.lastIndexOf('@')) && hostOfMail(value) === hostOfMail(root) : isHost(hostOfMail(value), root);
    case 'uri':
      return isHost(hostOfUri(value), root);
    case 'ip':
    case 'network':
      return isWithinBlock(block(name.value), block(base.value));
    default:
      return false;
  }
}

/** For exclusion it is enough that some host of a wildcard, or some address of a block, is excluded. */
function touches(name: GeneralName, base: GeneralName): boolean {
  if (isInside(name, base)) return true;
  if (name.type === 'dns' && base.type === 'dns' && name.value.startsWith('*.')) {
    const parent = name.value.slice(1).toLowerCase();
    const root = base.value.toLowerCase();
    return root.endsWith(parent) && !root.slice(0, -parent.length).includes('.');
  }
  return name.type === 'network' && base.type === 'network' && isWithinBlock(block(base.value), block(name.value));
}

const isSubdomain = (value: string, root: string): boolean => value.endsWith(root.startsWith('.') ? root : `.${root}`);

/** Hosts of mailboxes and URIs: equal, or below one that is written with a leading dot. */
const isHost = (host: string, root: string): boolean => root === '' || (root.startsWith('.') ? host.endsWith(root) : host === root);

const hostOfMail = (value: string): string => value.slice(value.lastIndexOf('@') + 1);

function hostOfUri(value: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/.exec(value)?.[1] ?? '';
  return authority.slice(authority.lastIndexOf('@') + 1).replace(/:[0-9]*$/, '');
}

const block = (value: string): Buffer | null => networkBytes(value);

function isWithinBlock(inner: Buffer | null, outer: Buffer | null): boolean {
  if (inner?.length !== outer?.length || inner === null || outer === null) return false;
  const half = inner.length / 2;
  for (let index = 0; index < half; index++) {
    const mask = outer[half + index] ?? 0;
    const isNarrower = ((inner[half + index] ?? 0) & mask) === mask;
    if (!isNarrower || ((inner[index] ?? 0) & mask) !== (outer[index] ?? 0)) return false;
  }
  return true;
}

function refusal(authority: CertificateFacts, name: GeneralName, rule: string): AppError {
  const text = name.type === 'directoryName' ? nameText(name.name) : 'value' in name && typeof name.value === 'string' ? name.value : name.type;
  const path = name.type === 'directoryName' ? 'subject' : 'extensions.subAltNames.names';
  const message = `${shown(text)} ${rule} by the name constraints of the authority ${shown(authority.cn ?? nameText(authority.subject))}`;
  return new AppError('failed_precondition', `${path}: ${message}`, { reason: 'policy.name_constraints', fields: [{ path, message }] });
}
