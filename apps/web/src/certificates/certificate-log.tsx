import { Table, Text } from '@mantine/core';
import { listLogsOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';
import { Empty, Loaded } from '../ui/states.js';
import { dateTimeText } from '../ui/time.js';

const words: Readonly<Record<string, string>> = {
  key_view: 'saw the private key',
  create_cert: 'requested it',
  update_cert: 'changed it',
  revoke_cert: 'revoked it',
  delete_cert: 'deleted it',
  deactivate_cert: 'deactivated it',
};

/** Who did what to a certificate, and who saw its key. */
export function CertificateLog({ name }: { name: string }) {
  const query = { filter: `certificate.name;${name}`, count: 100, sortBy: 'id', sortDir: 'desc' };
  const log = useQuery({ queryKey: ['logs', query], queryFn: ({ signal }) => api.call(listLogsOperation, { query, signal }) });
  return (
    <Loaded query={log}>
      {({ items }) => {
        const own = items.filter(({ certificate }) => certificate?.name === name);
        if (own.length === 0)
          return (
            <Empty icon="audit" title="Nothing has happened to it yet">
              Changes and sights of its key are listed here.
            </Empty>
          );
        return (
          <Table aria-label="Log of this certificate">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>Who</Table.Th>
                <Table.Th>What</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {own.map(({ id, loggedAt, user, logType }) => (
                <Table.Tr key={id}>
                  <Table.Td>{dateTimeText(loggedAt)}</Table.Td>
                  <Table.Td>
                    <Text size="sm">{user?.email ?? 'the platform'}</Text>
                  </Table.Td>
                  <Table.Td>{words[logType] ?? logType}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        );
      }}
    </Loaded>
  );
}
