export { builtInRoles, isBuiltInRole, reservedRoleNames } from './built-in-roles.js';
export { accessRulesOf, defaultAccessRules, type AccessRules } from './access-rules.js';
export {
  isAdmin,
  mayEnterAnyDomain,
  mayIssueGlobally,
  mayWriteCertificate,
  passesRoleGate,
  holdsRoleOf,
  isMemberOf,
  isSelf,
  maySeeAuthority,
  type AuthorityAccess,
  type CertificateAccess,
  type OwnedAccess,
  type RoleAccess,
} from './predicates.js';
export { allow, isAllowed, type Action, type ObjectOf } from './allow.js';
