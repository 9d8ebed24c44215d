import { isBuiltInRole, reservedRoleNames } from '@sifaka/authz';
import type { NestedUser, roleCreated } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { newEvent, type NewEvent } from '@sifaka/messaging';
import type { Change } from '../audit/change-log.js';
import type { Role } from './role.repository.js';

/** The three events of roles tell the same facts. */
type RoleEvent = typeof roleCreated;
type Named = Pick<Role, 'id' | 'name' | 'description'>;

export const roleEvent =
  (contract: RoleEvent, role: Named) =>
  (at: Date): NewEvent => {
    const { id, name, description } = role;
    return newEvent(contract, { id, name, description }, { at, subject: String(id) });
  };

/** One entry per user who gains or loses the role. */
export function memberChanges(role: Pick<Role, 'id' | 'name'>, before: readonly NestedUser[], after: readonly NestedUser[]): Change[] {
  const missingIn = (users: readonly NestedUser[]) => (user: NestedUser) => !users.some(({ id }) => id === user.id);
  const entry =
    (action: string) =>
    (user: NestedUser): Change => ({
      action,
      object: { type: 'user', id: user.id, name: user.username },
      details: { roleId: role.id, role: role.name },
    });
  return [...after.filter(missingIn(before)).map(entry('role.granted')), ...before.filter(missingIn(after)).map(entry('role.withdrawn'))];
}

/** @throws AppError invalid_argument on `name` for a name that means something else. */
export function refuseReservedName(name: string): void {
  if (!reservedRoleNames.includes(name.trim().toLowerCase())) return;
  const message = `"${name}" is reserved: it would read as the person who created an object`;
  throw new AppError('invalid_argument', message, { reason: 'role.reserved_name', fields: [{ path: 'name', message }] });
}

/** @throws AppError conflict for a role whose name decides what its members may do. */
export function refuseBuiltIn(role: Pick<Role, 'name'>, what: string): void {
  if (isBuiltInRole(role.name))
    throw new AppError('conflict', `role "${role.name}" is built in and cannot be ${what}`, { reason: 'role.built_in' });
}
