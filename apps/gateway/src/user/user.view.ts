import type { NestedUser, UserView } from '@sifaka/contracts';
import type { User } from './user.repository.js';

export function userView(user: User): UserView {
  const { id, username, email, active, profilePicture, roles } = user;
  return { id, username, email, active, profilePicture, roles };
}

export function nestedUser(user: NestedUser): NestedUser {
  const { id, username, email, active } = user;
  return { id, username, email, active };
}
