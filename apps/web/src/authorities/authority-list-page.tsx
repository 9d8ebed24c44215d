import { Anchor, Badge, Button, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { listAuthoritiesOperation, type AuthorityView } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Expiry } from '../ui/badges.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';

const columns: Column<AuthorityView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, description }) => (
      <Stack gap={0}>
        <Anchor component={Link} to={`/authorities/${id}`} fw={500} size="sm" className="breaks">
          {name}
        </Anchor>
        {description !== null && (
          <Text size="xs" c="dimmed" lineClamp={1}>
            {description}
          </Text>
        )}
      </Stack>
    ),
  },
  { title: 'State', cell: ({ active }) => <ActiveBadge active={active} /> },
  { title: 'Expires', cell: ({ authorityCertificate }) => <Expiry notAfter={authorityCertificate.notAfter} /> },
  { title: 'Issuer', cell: ({ plugin }) => <Text size="sm">{plugin.title}</Text> },
  { title: 'Owner', sortBy: 'owner', cell: ({ owner }) => <Text size="sm">{owner}</Text> },
];

export const ActiveBadge = ({ active }: { active: boolean }) => (
  <Badge variant="light" radius="sm" miw="max-content" color={active ? 'teal' : 'gray'}>
    {active ? 'active' : 'inactive'}
  </Badge>
);

export function AuthorityListPage() {
  const state = useListState();
  const [text, setText] = useState(state.value('text'));
  const search = useDebouncedCallback((value: string) => state.set({ text: value.trim() }), 300);
  const query = { ...windowOf(state, 'id'), filter: state.value('text') === '' ? undefined : `name;${state.value('text')}` };
  const authorities = useQuery({
    queryKey: ['authorities', query],
    queryFn: ({ signal }) => api.call(listAuthoritiesOperation, { query, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Authorities" lead="Who issues: roots, and below them the authorities that sign certificates" actions={<Actions />}>
      <TextInput
        label="Search"
        leftSection={<Icon name="search" />}
        placeholder="Name"
        maw={420}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <DataTable
        label="Authorities"
        columns={columns}
        query={authorities}
        rowKey={({ id }) => id}
        state={state}
        empty={
          query.filter === undefined ? (
            <Empty icon="authority" title="No authorities yet" actions={<Actions />}>
              Begin with a root. Below it, an issuing authority signs the certificates, so that the root is rarely needed.
            </Empty>
          ) : (
            <Empty icon="search" title="Nothing matches">
              Try fewer letters.
            </Empty>
          )
        }
      />
    </Page>
  );
}

function Actions() {
  const { isAdmin } = useMe();
  if (!isAdmin) return null;
  return (
    <>
      <Button component={Link} to="/authorities/import" variant="default" leftSection={<Icon name="upload" />}>
        Import
      </Button>
      <Button component={Link} to="/authorities/create" leftSection={<Icon name="plus" />}>
        Create authority
      </Button>
    </>
  );
}
