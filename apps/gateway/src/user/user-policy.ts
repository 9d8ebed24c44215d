import { builtInRoles } from '@sifaka/authz';
import type { RoleRef } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';

const baseRoles: readonly string[] = [builtInRoles.admin, builtInRoles.operator, builtInRoles.readOnly];

/** @throws AppError invalid_argument on `roles` in strict mode without one of admin, operator, read-only. */
export function refuseMissingBaseRole(roles: readonly RoleRef[], rules: { strictRoleEnforcement: boolean }): void {
  if (!rules.strictRoleEnforcement || roles.some(({ name }) => baseRoles.includes(name))) return;
  const message = `a user needs at least one of the roles ${baseRoles.join(', ')}`;
  throw new AppError('invalid_argument', message, { reason: 'user.base_role_missing', fields: [{ path: 'roles', message }] });
}

/** Roles that come and go when one set takes the place of another; compared by id. */
export function roleDifference(before: readonly RoleRef[], after: readonly RoleRef[]): { granted: RoleRef[]; withdrawn: RoleRef[] } {
  return {
    granted: after.filter(({ id }) => !before.some((role) => role.id === id)),
    withdrawn: before.filter(({ id }) => !after.some((role) => role.id === id)),
  };
}
