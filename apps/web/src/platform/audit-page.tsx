import { Code, Group, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { listAuditOperation, type AuditEntry } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../session/api.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { useListState, type ListState } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
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
  const entries = useQuery({
    queryKey: ['audit', query],
    queryFn: ({ signal }) => api.call(listAuditOperation, { query: given, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Audit" lead="Every change, and every sight of a key, on the whole platform">
      <Group role="search" aria-label="Audit">
        <Filter state={state} name="actor" label="Who" placeholder="admin@example.com" />
        <Filter state={state} name="action" label="What" placeholder="certificate.issued" />
        <Filter state={state} name="type" label="Kind of object" placeholder="certificate" />
      </Group>
      <DataTable
        label="Audit"
        columns={columns}
        query={entries}
        rowKey={({ id }) => id}
        state={state}
        empty={
          <Empty icon="audit" title="Nothing recorded">
            Nothing matches these words exactly.
          </Empty>
        }
      />
    </Page>
  );
}

function Filter({ state, name, label, placeholder }: { state: ListState; name: string; label: string; placeholder: string }) {
  const [text, setText] = useState(state.value(name));
  const search = useDebouncedCallback((value: string) => state.set({ [name]: value.trim() }), 300);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
    />
  );
}
