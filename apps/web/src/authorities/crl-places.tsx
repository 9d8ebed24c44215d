import { Stack, Table, Text, Title } from '@mantine/core';
import type { PublicationView } from '@sifaka/contracts';
import { StateWord, type StateWords } from '../ui/badges.js';
import { ErrorText, NameCell, When } from '../ui/cells.js';
import { relativeText } from '../ui/time.js';

type Place = PublicationView['destinations'][number];

const states: Readonly<Record<Place['state'], StateWords>> = {
  pending: { word: 'waiting', color: 'blue' },
  published: { word: 'published', color: 'teal' },
  failed: { word: 'failed', color: 'red' },
};

/** Destinations that get the lists of an authority, and how that stands. */
export function CrlPlaces({ places }: { places: readonly Place[] }) {
  if (places.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No destination gets its lists besides.
      </Text>
    );
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        Destinations
      </Title>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label="Destinations of the lists">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Destination</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>List</Table.Th>
              <Table.Th>Published</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {places.map(({ id, destination, state, number, publishedAt, lastError, nextTryAt }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <NameCell to={`/destinations/${destination.id}`} name={destination.label} detail={destination.plugin} />
                </Table.Td>
                <Table.Td>
                  <Stack gap={4} maw={320}>
                    <StateWord {...states[state]} />
                    {lastError !== null && <ErrorText lineClamp={4}>{lastError}</ErrorText>}
                    {state !== 'published' && nextTryAt !== null && (
                      <Text size="xs" c="dimmed">
                        next try {relativeText(nextTryAt)}
                      </Text>
                    )}
                  </Stack>
                </Table.Td>
                <Table.Td>{number ?? ''}</Table.Td>
                <Table.Td>
                  <When at={publishedAt} otherwise="never" />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
