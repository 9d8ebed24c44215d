import { Anchor, Stack, Table, Text } from '@mantine/core';
import type { EndpointView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { Expiry, StateBadge, StateWord } from '../ui/badges.js';

type Shown = EndpointView['certificates'][number];

/** What is served against what should be. */
export function Presented({ endpoint: { certificates, expectedCertificate } }: { endpoint: EndpointView }) {
  const isAsExpected = expectedCertificate !== null && certificates.some(({ id }) => id === expectedCertificate.id);
  return (
    <Stack>
      {expectedCertificate !== null && (
        <Text size="sm" component="div" className="breaks">
          It should present{' '}
          <Anchor component={Link} to={`/certificates/${expectedCertificate.id}`} size="sm">
            {expectedCertificate.name}
          </Anchor>{' '}
          {certificates.length > 0 && <StateWord word={isAsExpected ? 'it does' : 'it does not'} color={isAsExpected ? 'teal' : 'red'} />}
        </Text>
      )}
      {certificates.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing has been seen there that the inventory knows.
        </Text>
      ) : (
        <Certificates certificates={certificates} expected={expectedCertificate?.id ?? null} />
      )}
    </Stack>
  );
}

function Certificates({ certificates, expected }: { certificates: readonly Shown[]; expected: number | null }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table aria-label="Certificates that it presents" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Certificate</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th>To whom</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {certificates.map((certificate) => (
            <Table.Tr key={certificate.id}>
              <Table.Td>
                <Anchor component={Link} to={`/certificates/${certificate.id}`} size="sm" className="breaks">
                  {certificate.name}
                </Anchor>
                {certificate.id === expected && (
                  <Text size="xs" c="dimmed">
                    as expected
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <StateBadge {...certificate} />
              </Table.Td>
              <Table.Td>
                <Expiry notAfter={certificate.notAfter} />
              </Table.Td>
              <Table.Td>
                <Text size="sm">{certificate.isDefault ? 'whoever asks for no other' : 'who asks for its names'}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
