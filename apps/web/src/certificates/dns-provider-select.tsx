import { Alert, Anchor, Select } from '@mantine/core';
import { listDnsProvidersOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { LoadError } from '../ui/states.js';

interface DnsProviderSelectProps {
  value?: string | null;
  error?: React.ReactNode;
  onChange?: (value: string | null) => void;
}

/** Where the names are proved to the CA. Left empty, each name goes to the provider with its longest zone. */
export function DnsProviderSelect({ value = null, ...input }: DnsProviderSelectProps) {
  const { isAdmin } = useMe();
  const query = { count: 1_000, sortBy: 'name', sortDir: 'asc' };
  const providers = useQuery({
    queryKey: ['dns-providers', 'all'],
    queryFn: ({ signal }) => api.call(listDnsProvidersOperation, { query, signal }),
  });
  if (providers.error !== null) return <LoadError error={providers.error} retry={providers.refetch} />;
  if (providers.data?.items.length === 0)
    return (
      <Alert role="note" color="orange" title="There is no DNS provider">
        This authority asks for proof by DNS records, and nothing here can write them.{' '}
        {isAdmin ? (
          <Anchor component={Link} to="/dns-providers/create" size="sm">
            Add a DNS provider
          </Anchor>
        ) : (
          'Ask an administrator to add one.'
        )}
      </Alert>
    );
  return (
    <Select
      label="DNS provider"
      description="Writes the records that prove the names"
      placeholder="Chosen by the zones of the names"
      data={providers.data?.items.map(({ id, name, zoneCount }) => ({ value: String(id), label: `${name} (${zoneCount} zones)` })) ?? []}
      disabled={providers.data === undefined}
      searchable
      clearable
      value={value}
      {...input}
    />
  );
}
