/** What an installation decides about access; the rest is fixed. */
export interface AccessRules {
  /** Operations behind the role gate need admin or operator, instead of the absence of read-only. */
  strictRoles: boolean;
  adminOnlyAuthorityCreation: boolean;
  /** A certificate may name as replaced only those that the caller may write. */
  enforceReplaces: boolean;
  /** Names of roles that, like admin, are bound by no domain rule. */
  sensitiveDomainRoles: readonly string[];
}

export const defaultAccessRules: AccessRules = {
  strictRoles: false,
  adminOnlyAuthorityCreation: true,
  enforceReplaces: true,
  sensitiveDomainRoles: [],
};

/** The settings of libs/config that the rules are made from. */
interface AccessSettings {
  strictRoleEnforcement: boolean;
  adminOnlyAuthorityCreation: boolean;
  enforceReplacesAuthorization: boolean;
  sensitiveDomainRoles: readonly string[];
}

export function accessRulesOf(settings: AccessSettings): AccessRules {
  return {
    strictRoles: settings.strictRoleEnforcement,
    adminOnlyAuthorityCreation: settings.adminOnlyAuthorityCreation,
    enforceReplaces: settings.enforceReplacesAuthorization,
    sensitiveDomainRoles: settings.sensitiveDomainRoles,
  };
}
