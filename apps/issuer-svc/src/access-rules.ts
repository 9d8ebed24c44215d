/** What this installation decides about access; an `AccessRules` of libs/authz made from the configuration. */
export const ACCESS_RULES = Symbol('AccessRules');
