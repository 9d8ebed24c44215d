import { AppError } from '@sifaka/kernel';
import type { Principal } from '@sifaka/contracts';
import { defaultAccessRules, type AccessRules } from './access-rules.js';
import {
  holdsRoleOf,
  isAdmin,
  isMemberOf,
  isSelf,
  mayEnterAnyDomain,
  maySeeAuthority,
  mayWriteCertificate,
  passesRoleGate,
  type AuthorityAccess,
  type CertificateAccess,
  type OwnedAccess,
  type RoleAccess,
} from './predicates.js';

/** Every decision that is more than "is signed in", with the object that it is about. */
interface Objects {
  /** Anything only an administrator may. The object says what, for the refusal: `create users`. */
  administer: { what: string };
  /** The parent; null for a root or an import. */
  'authority:create': AuthorityAccess | null;
  'authority:see': AuthorityAccess;
  'authority:update': AuthorityAccess;
  'certificate:issue': AuthorityAccess;
  /** The authority it is filed under, if any. */
  'certificate:upload': AuthorityAccess | null;
  /** Edit, key, export with key, revoke, deactivate, delete. */
  'certificate:write': CertificateAccess;
  'certificate:replace': CertificateAccess;
  'domain:create': null;
  'domain:update': null;
  'notification:write': null;
  'role:see': RoleAccess;
  'role:update': RoleAccess;
  /** API keys of a user. */
  'api_key:use': OwnedAccess;
}

export type Action = keyof Objects;
export type ObjectOf<A extends Action> = Objects[A];

interface Requirement<Target> {
  passes: (principal: Principal, object: Target, rules: AccessRules) => boolean;
  /** What the caller lacks, as in "needs …". */
  needs: (object: Target, rules: AccessRules) => string;
}

/**
 * Lets the caller pass, or says what is needed.
 *
 * @throws AppError `permission_denied`, reason `authz.<action>`
 */
export function allow<A extends Action>(principal: Principal, action: A, object: Objects[A], rules: AccessRules = defaultAccessRules): void {
  for (const { passes, needs } of requirements[action]) {
    if (passes(principal, object, rules)) continue;
    throw new AppError('permission_denied', `${callerName(principal)} may not ${phrases[action](object)}: needs ${needs(object, rules)}`, {
      reason: `authz.${action.replace(':', '_')}`,
    });
  }
}

export function isAllowed<A extends Action>(principal: Principal, action: A, object: Objects[A], rules: AccessRules = defaultAccessRules): boolean {
  return requirements[action].every(({ passes }) => passes(principal, object, rules));
}

const admin: Requirement<unknown> = { passes: isAdmin, needs: () => 'role admin' };

const roleGate: Requirement<unknown> = {
  passes: (principal, _object, rules) => passesRoleGate(principal, rules),
  needs: (_object, rules) => (rules.strictRoles ? 'role admin or operator' : 'a caller without role read-only'),
};

const authorityRole: Requirement<AuthorityAccess> = {
  passes: holdsRoleOf,
  needs: ({ name }) => `role admin or a role of authority "${name}"`,
};

const ifAny = (requirement: Requirement<AuthorityAccess>): Requirement<AuthorityAccess | null> => ({
  passes: (principal, object, rules) => object === null || requirement.passes(principal, object, rules),
  needs: (object, rules) => (object === null ? '' : requirement.needs(object, rules)),
});

const certificateRole: Requirement<CertificateAccess> = {
  passes: mayWriteCertificate,
  needs: ({ name }) => `role admin, a role of certificate "${name}", or to be its creator`,
};

const requirements: { [A in Action]: readonly Requirement<Objects[A]>[] } = {
  administer: [admin],
  'authority:create': [
    roleGate,
    { passes: (principal, _parent, rules) => !rules.adminOnlyAuthorityCreation || isAdmin(principal), needs: () => 'role admin' },
    ifAny(authorityRole),
  ],
  'authority:see': [{ passes: maySeeAuthority, needs: ({ name }) => `role admin, a role of authority "${name}", or to be its creator` }],
  'authority:update': [roleGate, authorityRole],
  'certificate:issue': [roleGate, authorityRole],
  'certificate:upload': [roleGate, ifAny(authorityRole)],
  'certificate:write': [certificateRole],
  'certificate:replace': [
    {
      passes: (principal, object, rules) => !rules.enforceReplaces || certificateRole.passes(principal, object, rules),
      needs: certificateRole.needs,
    },
  ],
  'domain:create': [roleGate],
  'domain:update': [
    roleGate,
    {
      passes: (principal, _object, rules) => mayEnterAnyDomain(principal, rules),
      needs: (_object, { sensitiveDomainRoles }) => ['role admin', ...sensitiveDomainRoles].join(' or '),
    },
  ],
  'notification:write': [roleGate],
  'role:see': [{ passes: isMemberOf, needs: ({ name }) => `role admin or role ${name}` }],
  'role:update': [{ passes: isMemberOf, needs: ({ name }) => `role admin or role ${name}` }],
  'api_key:use': [{ passes: isSelf, needs: () => 'role admin or to be the user that it belongs to' }],
};

const phrases: { [A in Action]: (object: Objects[A]) => string } = {
  administer: ({ what }) => what,
  'authority:create': (parent) => (parent === null ? 'create authorities' : `create authorities under "${parent.name}"`),
  'authority:see': ({ name }) => `see authority "${name}"`,
  'authority:update': ({ name }) => `change authority "${name}"`,
  'certificate:issue': ({ name }) => `issue certificates from authority "${name}"`,
  'certificate:upload': (authority) => (authority === null ? 'upload certificates' : `upload certificates of authority "${authority.name}"`),
  'certificate:write': ({ name }) => `change, export or see the key of certificate "${name}"`,
  'certificate:replace': ({ name }) => `replace certificate "${name}"`,
  'domain:create': () => 'create domains',
  'domain:update': () => 'change domains',
  'notification:write': () => 'change notifications',
  'role:see': ({ name }) => `see role "${name}"`,
  'role:update': ({ name }) => `change role "${name}"`,
  'api_key:use': () => 'use the API keys of another user',
};

const callerName = (principal: Principal): string => (principal.kind === 'user' ? principal.username : principal.service);
