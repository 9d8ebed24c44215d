import type { AuthoritySummary, RoleView } from '@sifaka/contracts';
import type { Role } from './role.repository.js';

export function roleView(role: Role, authorities: AuthoritySummary[]): RoleView {
  const { id, name, description, thirdParty, users } = role;
  return { id, name, description, thirdParty, authorities, users };
}
