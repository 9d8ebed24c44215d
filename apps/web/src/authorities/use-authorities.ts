import { listAuthoritiesOperation, type AuthorityView } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';

/** The authorities that the caller may choose from, by name; more than a thousand belong in a search. */
export const useAuthorities = () =>
  useQuery({
    queryKey: ['authorities', 'all'],
    queryFn: ({ signal }) => api.call(listAuthoritiesOperation, { query: { count: 1_000, sortBy: 'name', sortDir: 'asc' }, signal }),
  });

export const authorityChoices = (authorities: readonly AuthorityView[]) =>
  authorities.filter(({ active }) => active).map(({ id, name }) => ({ value: String(id), label: name }));
