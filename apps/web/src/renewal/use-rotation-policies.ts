import { listRotationPoliciesOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';

const query = { count: 1_000, sortBy: 'name', sortDir: 'asc' };

/** To choose from in a form. */
export const useRotationPolicies = () =>
  useQuery({ queryKey: ['rotation-policies', 'all'], queryFn: ({ signal }) => api.call(listRotationPoliciesOperation, { query, signal }), retry: false });
