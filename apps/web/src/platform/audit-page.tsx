import { Code, Group, Stack, Text, Tooltip } from '@mantine/core';
import { listAuditOperation, type AuditEntry } from '@sifaka/contracts';
import { api } from '../session/api.js';
import type { Column } from '../ui/data-table.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState } from '../ui/list-state.js';
import { SearchInput } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { dateTimeText, relativeText } from '../ui/time.js';

const columns: Column<AuditEntry>[] = [
  {
    title: 'When',
    cell: ({ at }) => (
      <Tooltip label={relativeText(at)}>
        <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
          {dateTimeText(at)}
        </Text>
      </Tooltip>
    ),
  },
  {
    title: 'Who',
    cell: ({ actor }) => (
      <Stack gap={0}>
        <Text size="sm" miw="max-content">
          {actor.name}
        </Text>
        <Text size="xs" c="dimmed">
          {[actor.kind === 'system' ? 'service' : null, actor.sourceIp, actor.apiKeyId === null ? null : `API key ${actor.apiKeyId}`]
            .filter((part) => part !== null)
            .join(', ')}
        </Text>
      </Stack>
    ),
  },
  { title: 'What', cell: ({ action }) => <Code>{action}</Code> },
  {
    title: 'On what',
    cell: ({ object }) => (
      <Text size="sm" className="breaks">
        {object.type} {object.name ?? object.id}
      </Text>
    ),
  },
  {
    title: 'Details',
    cell: ({ details }) => (
      <Text size="xs" c="dimmed" className="breaks" lineClamp={3}>
        {Object.entries(details)
          .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
          .join(', ')}
      </Text>
    ),
  },
];

export function AuditPage() {
  const state = useListState();
  const query = {
    page: state.page,
    count: state.count,
    action: state.value('action'),
    actor: state.value('actor'),
    objectType: state.value('type'),
  };
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
  const entries = useList('audit', query, (signal) => api.call(listAuditOperation, { query: given, signal }));
  return (
    <ListPage
      title="Audit"
      lead="Every change, and every sight of a key, on the whole platform"
      filters={
        <Group role="search" aria-label="Audit">
          <SearchInput state={state} name="actor" label="Who" placeholder="admin@example.com" />
          <SearchInput state={state} name="action" label="What" placeholder="certificate.issued" />
          <SearchInput state={state} name="type" label="Kind of object" placeholder="certificate" />
        </Group>
      }
      columns={columns}
      list={entries}
      state={state}
      rowKey={({ id }) => id}
      none={
        <Empty icon="audit" title="Nothing recorded">
          Nothing matches these words exactly.
        </Empty>
      }
    />
  );
}
