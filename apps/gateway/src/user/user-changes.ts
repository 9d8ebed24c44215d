import type { RoleRef, userCreated } from '@sifaka/contracts';
import { newEvent, type NewEvent } from '@sifaka/messaging';
import type { Change } from '../audit/change-log.js';
import { roleDifference } from './user-policy.js';
import type { User } from './user.repository.js';

export const userEvent =
  (contract: typeof userCreated, user: User) =>
  (at: Date): NewEvent => {
    const { id, username, email, active, roles } = user;
    return newEvent(contract, { id, username, email, active, roleIds: roles.map((role) => role.id) }, { at, subject: String(id) });
  };

/** One entry per role that a user gains or loses: who may do what is what an auditor asks first. */
export function membershipChanges(user: Pick<User, 'id' | 'username'>, before: readonly RoleRef[], after: readonly RoleRef[]): Change[] {
  const { granted, withdrawn } = roleDifference(before, after);
  const entry =
    (action: string) =>
    (role: RoleRef): Change => ({
      action,
      object: { type: 'user', id: user.id, name: user.username },
      details: { roleId: role.id, role: role.name },
    });
  return [...granted.map(entry('role.granted')), ...withdrawn.map(entry('role.withdrawn'))];
}
