/** Roles that exist from the first start; their names decide. */
export const builtInRoles = { admin: 'admin', operator: 'operator', readOnly: 'read-only', globalCertIssuer: 'global_cert_issuer' } as const;

const names: readonly string[] = Object.values(builtInRoles);

export const isBuiltInRole = (name: string): boolean => names.includes(name);

/** Names that no role may be given: old clients read `creator` as the person who made an object. */
export const reservedRoleNames: readonly string[] = ['creator'];
