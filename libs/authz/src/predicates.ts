import type { Principal } from '@sifaka/contracts';
import type { AccessRules } from './access-rules.js';
import { builtInRoles } from './built-in-roles.js';

/** What decides about an authority. */
export interface AuthorityAccess {
  name: string;
  roleIds: readonly number[];
  /** Who created it. */
  userId?: number | null;
}

/** What decides about a certificate. */
export interface CertificateAccess {
  name: string;
  roleIds: readonly number[];
  /** Who created it. */
  userId: number | null;
}

export interface RoleAccess {
  id: number;
  name: string;
}

/** Something that belongs to one user. */
export interface OwnedAccess {
  userId: number;
}

/** Services acting on their own account are bound by the broker's rights and by their code, not by roles. */
export const isAdmin = (principal: Principal): boolean => principal.kind === 'system' || hasNamedRole(principal, [builtInRoles.admin]);

/** Creating and importing things: barred for read-only, whatever else one holds; in strict mode open to admin and operator alone. */
export function passesRoleGate(principal: Principal, rules: Pick<AccessRules, 'strictRoles'>): boolean {
  if (principal.kind === 'system') return true;
  if (rules.strictRoles) return hasNamedRole(principal, [builtInRoles.admin, builtInRoles.operator]);
  return !hasNamedRole(principal, [builtInRoles.readOnly]);
}

/** Admin, or a role attached to the object. The owner's name alone grants nothing: the owner's role is attached. */
export function holdsRoleOf(principal: Principal, object: { roleIds: readonly number[] }): boolean {
  return isAdmin(principal) || (principal.kind === 'user' && principal.roles.some(({ id }) => object.roleIds.includes(id)));
}

/** The one who created a certificate may do with it what its roles may. */
export function mayWriteCertificate(principal: Principal, certificate: CertificateAccess): boolean {
  return holdsRoleOf(principal, certificate) || (principal.kind === 'user' && certificate.userId === principal.userId);
}

/** Creating an authority makes it visible to its creator; using and changing it takes one of its roles. */
export function maySeeAuthority(principal: Principal, authority: AuthorityAccess): boolean {
  return holdsRoleOf(principal, authority) || (principal.kind === 'user' && authority.userId === principal.userId);
}

export function isMemberOf(principal: Principal, role: RoleAccess): boolean {
  return isAdmin(principal) || (principal.kind === 'user' && principal.roles.some(({ id }) => id === role.id));
}

export function isSelf(principal: Principal, object: OwnedAccess): boolean {
  return isAdmin(principal) || (principal.kind === 'user' && principal.userId === object.userId);
}

/** Not bound by allowed domains and sensitive names. */
export function mayEnterAnyDomain(principal: Principal, rules: Pick<AccessRules, 'sensitiveDomainRoles'>): boolean {
  return isAdmin(principal) || (principal.kind === 'user' && hasNamedRole(principal, rules.sensitiveDomainRoles));
}

/** Not asked of a domain authorization plugin. */
export const mayIssueGlobally = (principal: Principal): boolean =>
  isAdmin(principal) || (principal.kind === 'user' && hasNamedRole(principal, [builtInRoles.globalCertIssuer]));

function hasNamedRole(principal: Extract<Principal, { kind: 'user' }>, names: readonly string[]): boolean {
  return principal.roles.some(({ name }) => names.includes(name));
}
