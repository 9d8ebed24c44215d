import { Alert, Anchor, Checkbox, List, Stack, Text } from '@mantine/core';
import { listEndpointsOperation } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { Icon } from '../ui/icons.js';
import { sentence } from '../ui/refusal.js';

interface ServedEndpointsProps {
  certificateId: number;
  /** The refusal, when the server has found that clients are still shown it. */
  error: unknown;
  isForced: boolean;
  setForced: (isForced: boolean) => void;
}

/** Endpoints that present the certificate, before they are asked and after. */
export function ServedEndpoints({ certificateId, error, isForced, setForced }: ServedEndpointsProps) {
  const query = { certificateId, count: 20 };
  const endpoints = useQuery({ queryKey: ['endpoints', query], queryFn: ({ signal }) => api.call(listEndpointsOperation, { query, signal }) });
  const { items = [], total = 0 } = endpoints.data ?? {};
  if (items.length === 0 && error === null) return null;
  return (
    <Alert
      role={error === null ? 'note' : 'alert'}
      color={error === null ? 'orange' : 'red'}
      icon={<Icon name="endpoint" />}
      title={error === null ? 'Endpoints that are known to present it are asked first' : 'It is not revoked: clients are still shown it'}
    >
      <Stack gap="xs">
        {error !== null && (
          <Text size="sm" className="breaks">
            {sentence(toAppError(error).message)}
          </Text>
        )}
        <List size="sm">
          {items.map(({ id, name, dnsname, port }) => (
            <List.Item key={id} className="breaks">
              <Anchor component={Link} to={`/endpoints/${id}`} size="sm">
                {name}
              </Anchor>{' '}
              ({dnsname}:{port})
            </List.Item>
          ))}
          {total > items.length && <List.Item>and {total - items.length} more</List.Item>}
        </List>
        {error !== null && (
          <Checkbox
            label="Revoke it all the same"
            description="Clients that check revocation refuse these endpoints at once"
            checked={isForced}
            onChange={(event) => setForced(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Alert>
  );
}
