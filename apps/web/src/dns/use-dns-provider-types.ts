import { listDnsProviderOptionsOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';

/** Types of DNS providers that this installation offers, with what each needs to know. */
export const useDnsProviderTypes = () =>
  useQuery({
    queryKey: ['dns-provider-types'],
    queryFn: ({ signal }) => api.call(listDnsProviderOptionsOperation, { signal }),
    staleTime: 300_000,
  });
