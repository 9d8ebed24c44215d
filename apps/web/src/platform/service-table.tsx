import { Table, Text } from '@mantine/core';
import { getStatusOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';
import { StateWord } from '../ui/badges.js';
import { When } from '../ui/cells.js';
import { Loaded } from '../ui/states.js';

/** Every service, as it answers for itself. */
export function ServiceTable() {
  const services = useQuery({ queryKey: ['services'], queryFn: ({ signal }) => api.call(getStatusOperation, { signal }), refetchInterval: 15_000 });
  return (
    <Loaded query={services}>
      {({ items }) => (
        <Table.ScrollContainer minWidth={420}>
          <Table aria-label="Services" verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Service</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Version</Table.Th>
                <Table.Th>Started</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map(({ name, isAvailable, version, startedAt }) => (
                <Table.Tr key={name}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>
                    <StateWord word={isAvailable ? 'answers' : 'away'} color={isAvailable ? 'teal' : 'red'} />
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{version ?? ''}</Text>
                  </Table.Td>
                  <Table.Td>
                    <When at={startedAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Loaded>
  );
}
