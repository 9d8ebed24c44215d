import { listPluginsOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';

/** Plugins of a kind that this installation offers, with what each needs to know. */
export const usePlugins = (type: string, isWanted = true) =>
  useQuery({
    queryKey: ['plugins', type],
    queryFn: ({ signal }) => api.call(listPluginsOperation, { query: { type }, signal }),
    staleTime: 300_000,
    enabled: isWanted,
  });
