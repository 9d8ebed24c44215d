import { listRolesOperation, listUsersOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';

const query = { count: 1_000, sortBy: 'id', sortDir: 'asc' };

/** To choose from in a form. */
export const useRoles = () =>
  useQuery({ queryKey: ['roles', 'all'], queryFn: ({ signal }) => api.call(listRolesOperation, { query, signal }) });

export const useUsers = () =>
  useQuery({ queryKey: ['users', 'all'], queryFn: ({ signal }) => api.call(listUsersOperation, { query, signal }) });
