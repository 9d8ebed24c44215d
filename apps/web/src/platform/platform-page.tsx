import { Anchor, Badge, Code, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { certificateStatsOperation, healthcheckOperation, listPluginsOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../ui/section.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Facts } from '../ui/facts.js';
import { Page } from '../ui/page.js';
import { Loaded } from '../ui/states.js';
import { PlatformTabs } from './platform-tabs.js';
import { ServiceTable } from './service-table.js';

export function PlatformPage() {
  const { isAdmin } = useMe();
  const health = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => api.call(healthcheckOperation, { signal }),
    refetchInterval: 15_000,
    retry: false,
  });
  const plugins = useQuery({ queryKey: ['plugins'], queryFn: ({ signal }) => api.call(listPluginsOperation, { signal }) });
  return (
    <Page title="Platform" lead="Whether it answers, and what it can do">
      <PlatformTabs />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="Health">
          <Facts
            facts={[
              [
                'State',
                <Badge
                  key="state"
                  radius="sm"
                  variant="light"
                  color={health.isPending ? 'gray' : health.isError ? 'red' : 'teal'}
                  role="status"
                >
                  {health.isPending ? 'asking' : health.isError ? 'not well' : 'answers'}
                </Badge>,
              ],
              ['Why', health.error?.message],
              [
                'API',
                <Anchor key="api" href="/api/docs" size="sm">
                  Reference, to read and to try
                </Anchor>,
              ],
            ]}
          />
        </Section>
        <Section title="Certificates by authority">
          <ByIssuer />
        </Section>
      </SimpleGrid>
      {isAdmin && (
        <Section title="Services">
          <ServiceTable />
        </Section>
      )}
      <Section title="Plugins">
        <Loaded query={plugins}>
          {({ items }) => (
            <Table.ScrollContainer minWidth={420}>
              <Table aria-label="Plugins" verticalSpacing="sm">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Plugin</Table.Th>
                    <Table.Th>What it does</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map(({ slug, title, description }) => (
                    <Table.Tr key={slug}>
                      <Table.Td>
                        <Stack gap={2}>
                          <Text size="sm" fw={500}>
                            {title}
                          </Text>
                          <Code w="fit-content">{slug}</Code>
                        </Stack>
                      </Table.Td>
                      <Table.Td>{description}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}

const words: Readonly<Record<string, string>> = { '': 'unknown', '<selfsigned>': 'self-signed' };

function ByIssuer() {
  const stats = useQuery({
    queryKey: ['stats', 'issuer'],
    queryFn: ({ signal }) => api.call(certificateStatsOperation, { query: { metric: 'issuer' }, signal }),
  });
  return (
    <Loaded query={stats}>
      {({ items: { labels, values } }) =>
        labels.length === 0 ? (
          <Text c="dimmed">None yet</Text>
        ) : (
          <Facts facts={labels.map((label, index) => [words[label] ?? label, String(values[index] ?? 0)] as const)} />
        )
      }
    </Loaded>
  );
}
