import type { UserPrincipal } from '@sifaka/contracts';

type PrincipalParts = Partial<Omit<UserPrincipal, 'kind' | 'roles'>> & {
  /** Names, or names with their ids. */
  roles?: readonly (string | { id: number; name: string })[];
  /** Adds the role `admin`. */
  admin?: boolean;
};

const adminRole = { id: 1, name: 'admin' };
const firstRoleId = 100;

/** A user of the platform, ordinary unless told otherwise. */
export function aPrincipal({ roles = [], admin = false, ...parts }: PrincipalParts = {}): UserPrincipal {
  const named = roles.map((role, index) => (typeof role === 'string' ? { id: firstRoleId + index, name: role } : role));
  return {
    kind: 'user',
    userId: admin ? 1 : 42,
    username: admin ? 'admin' : 'alice',
    email: admin ? 'admin@example.com' : 'alice@example.com',
    apiKeyId: null,
    sourceIp: '192.0.2.10',
    userAgent: 'test',
    ...parts,
    roles: admin ? [adminRole, ...named] : named,
  };
}
