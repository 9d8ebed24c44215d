import { listCertificatesOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';

/** Names of certificates by id: one question for a page of rows that know ids alone. */
export function useCertificateNames(ids: readonly number[]): ReadonlyMap<number, string> {
  const wanted = [...new Set(ids)].sort((a, b) => a - b);
  const query = { id: wanted.join(','), count: wanted.length, short: true, showExpired: 1 };
  const certificates = useQuery({
    queryKey: ['certificate-names', query.id],
    queryFn: ({ signal }) => api.call(listCertificatesOperation, { query, signal }),
    enabled: wanted.length > 0,
  });
  return new Map((certificates.data?.items ?? []).map(({ id, name }) => [id, name]));
}
