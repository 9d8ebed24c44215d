import { AppError } from '@sifaka/kernel';
import { addressesLieWithin, type SshCriticalOptions } from '@sifaka/pki';
import type { IssuerAuthority, Requester, SshTerms } from '@sifaka/plugin-sdk';
import { entriesOf, type OpensshOptions } from './options.js';

export interface GrantedTerms {
  principals: string[];
  criticalOptions: SshCriticalOptions;
  extensions: string[];
}

interface Asking {
  terms: SshTerms;
  authority: IssuerAuthority;
  /** Null for the platform itself, which renews what somebody was granted before. */
  requester: Requester | null;
  options: OpensshOptions;
}

/**
 * What a user certificate grants, of what was asked for.
 *
 * @throws AppError `permission_denied` naming the principal, extension, command or address that the requester may not have
 */
export function grantUserTerms(asking: Asking): GrantedTerms {
  return { principals: grantPrincipals(asking), criticalOptions: grantCriticalOptions(asking), extensions: grantExtensions(asking) };
}

function grantPrincipals({ terms, authority, requester, options }: Asking): string[] {
  if (terms.principals.length === 0) {
    if (requester !== null) return [requester.username];
    throw new AppError('failed_precondition', 'extensions.ssh.principals: nobody asks for the user certificate in person, so its principals must be named', { reason: 'ssh.no_principal' });
  }
  const allowed = entriesOf(options.allowed_principals);
  for (const principal of terms.principals) {
    const isTheirs = requester !== null && (principal === requester.username || requester.authorityRoles.includes(principal));
    if (isTheirs || isInCharge(authority, requester) || allowed.some((pattern) => matches(pattern, principal))) continue;
    throw denied(
      'principals',
      `"${principal}" is not yours to log in as: you may ask for your own name, for roles that you share with authority "${authority.name}"${allowed.length === 0 ? '' : `, and for ${allowed.join(', ')}`}; its role "${authority.name}_admin" and administrators may ask for any`,
    );
  }
  return [...terms.principals];
}

function grantCriticalOptions({ terms, authority, requester, options }: Asking): SshCriticalOptions {
  const { forceCommand, sourceAddress, verifyRequired } = terms.criticalOptions;
  const command = options.force_command;
  const blocks = entriesOf(options.source_address);
  if (!isInCharge(authority, requester)) {
    if (command !== undefined && forceCommand !== undefined && forceCommand !== command) throw denied('criticalOptions.forceCommand', `authority "${authority.name}" runs "${command}" and nothing else`);
    if (blocks.length > 0 && sourceAddress !== undefined && !addressesLieWithin(sourceAddress, blocks)) {
      throw denied('criticalOptions.sourceAddress', `authority "${authority.name}" issues for ${blocks.join(', ')} only: ${sourceAddress.join(', ')} reaches beyond`);
    }
  }
  const granted = sourceAddress !== undefined && sourceAddress.length > 0 ? sourceAddress : blocks;
  const run = forceCommand ?? command;
  return { ...(run !== undefined && { forceCommand: run }), ...(granted.length > 0 && { sourceAddress: granted }), ...(verifyRequired === true && { verifyRequired }) };
}

function grantExtensions({ terms, authority, requester, options }: Asking): string[] {
  const known = entriesOf(options.default_extensions);
  if (terms.extensions === null) return known;
  const beyond = terms.extensions.find((name) => !known.includes(name));
  if (beyond !== undefined && !isInCharge(authority, requester)) throw denied('extensions', `authority "${authority.name}" gives ${known.length === 0 ? 'no extensions' : known.join(', ')}: "${beyond}" takes its role "${authority.name}_admin"`);
  return [...terms.extensions];
}

/** Administrators, the owner of the authority and its own administrators set the terms themselves. */
function isInCharge({ name, owner }: IssuerAuthority, requester: Requester | null): boolean {
  if (requester === null || requester.isAdmin) return true;
  return requester.authorityRoles.some((role) => role === `${name}_admin` || role === owner);
}

/** `*` for any characters; everything else means itself. */
function matches(pattern: string, principal: string): boolean {
  const [head = '', ...others] = pattern.split('*');
  const tail = others.pop();
  if (tail === undefined) return principal === head;
  if (!principal.startsWith(head) || !principal.endsWith(tail) || principal.length < head.length + tail.length) return false;
  let place = head.length;
  const end = principal.length - tail.length;
  for (const part of others) {
    const found = principal.indexOf(part, place);
    if (found === -1 || found + part.length > end) return false;
    place = found + part.length;
  }
  return true;
}

function denied(field: string, message: string): AppError {
  return new AppError('permission_denied', `extensions.ssh.${field}: ${message}`, { reason: 'ssh.not_granted' });
}
