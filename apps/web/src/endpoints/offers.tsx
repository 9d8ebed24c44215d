import { Badge, Group, Stack, Text } from '@mantine/core';
import type { EndpointView } from '@sifaka/contracts';
import { offersOf } from './endpoint-state.js';

type Offer = NonNullable<EndpointView['policy']>['ciphers'][number];

/** Protocol versions and ciphers that it offers; what nobody should offer any more is marked. */
export function Offers({ endpoint: { policy } }: { endpoint: EndpointView }) {
  if (policy === null)
    return (
      <Text size="sm" c="dimmed">
        Not known yet.
      </Text>
    );
  const { versions, ciphers } = offersOf(policy);
  return (
    <Stack>
      {policy.name !== 'observed' && <Text size="sm">Policy {policy.name}</Text>}
      <Marked title="Protocols" offers={versions} />
      <Marked title="Ciphers" offers={ciphers} />
    </Stack>
  );
}

function Marked({ title, offers }: { title: string; offers: readonly Offer[] }) {
  if (offers.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {title}
      </Text>
      <Group gap={6} role="list" aria-label={title} mah={260} style={{ overflow: 'auto' }} tabIndex={offers.length > 15 ? 0 : undefined}>
        {offers.map(({ id, name, deprecated }) => (
          <Badge key={id} role="listitem" variant={deprecated ? 'light' : 'default'} color={deprecated ? 'red' : undefined} radius="sm" tt="none" fw={deprecated ? 700 : 400}>
            {deprecated ? `${name}: deprecated` : name}
          </Badge>
        ))}
      </Group>
    </Stack>
  );
}
