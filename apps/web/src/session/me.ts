import { getMeOperation, type UserView } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.js';

interface Me {
  user: UserView | null;
  isAdmin: boolean;
  /** False for holders of the role read-only: the server would refuse what they create. */
  canWrite: boolean;
  /** Whether the caller has a role of this name; owners have one of their e-mail address. */
  holds: (role: string | null) => boolean;
}

/** Who is logged in. What a role may not do is not offered; the server decides all the same. */
export function useMe(): Me {
  const { data } = useQuery({ queryKey: ['me'], queryFn: ({ signal }) => api.call(getMeOperation, { signal }), staleTime: 60_000 });
  const roles = data?.roles.map(({ name }) => name) ?? [];
  return { user: data ?? null, isAdmin: roles.includes('admin'), canWrite: !roles.includes('read-only'), holds: (role) => role !== null && roles.includes(role) };
}
