import { Anchor, MultiSelect, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useMe } from '../session/me.js';
import { useDestinations } from './use-destinations.js';

interface DestinationSelectProps {
  description?: string;
  /** Destinations that are chosen already, in case the list does not come. */
  chosen?: readonly { id: number; label: string }[];
  value?: string[];
  error?: ReactNode;
  onChange?: (ids: string[]) => void;
}

/** Where a certificate is put. A label that several destinations have stands with the id. */
export function DestinationSelect({ description = 'It is put there as soon as it is issued, with its key where the destination needs it', chosen = [], value = [], ...input }: DestinationSelectProps) {
  const { isAdmin } = useMe();
  const destinations = useDestinations();
  const items = destinations.data?.items ?? chosen;
  if (destinations.data?.items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        There are no destinations yet.{' '}
        {isAdmin && (
          <Anchor component={Link} to="/destinations/create" size="sm">
            Add a destination
          </Anchor>
        )}
      </Text>
    );
  return (
    <MultiSelect
      label="Destinations"
      description={description}
      placeholder={value.length === 0 ? 'None' : ''}
      searchable
      clearable
      data={items.map(({ id, label }) => ({ value: String(id), label: items.filter((each) => each.label === label).length > 1 ? `${label} (${id})` : label }))}
      value={value}
      {...input}
    />
  );
}
