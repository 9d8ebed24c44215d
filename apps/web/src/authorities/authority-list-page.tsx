import { Button, Text } from '@mantine/core';
import { listAuthoritiesOperation, type AuthorityView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ActiveBadge, Expiry } from '../ui/badges.js';
import { NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';

const columns: Column<AuthorityView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, description }) => <NameCell to={`/authorities/${id}`} name={name} detail={description} />,
  },
  { title: 'State', cell: ({ active }) => <ActiveBadge active={active} /> },
  { title: 'Expires', cell: ({ authorityCertificate }) => <Expiry notAfter={authorityCertificate.notAfter} /> },
  { title: 'Issuer', cell: ({ plugin }) => <Text size="sm">{plugin.title}</Text> },
  { title: 'Owner', sortBy: 'owner', cell: ({ owner }) => <Text size="sm">{owner}</Text> },
];

export function AuthorityListPage() {
  const state = useListState();
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'name') };
  const authorities = useList('authorities', query, (signal) => api.call(listAuthoritiesOperation, { query, signal }));
  return (
    <ListPage
      title="Authorities"
      lead="Who issues: roots, and below them the authorities that sign certificates"
      actions={<Actions />}
      filters={<SearchBar of="Authorities" state={state} placeholder="Name" />}
      columns={columns}
      list={authorities}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined}
      none={
        <Empty icon="authority" title="No authorities yet" actions={<Actions />}>
          Begin with a root. Below it, an issuing authority signs the certificates, so that the root is rarely needed.
        </Empty>
      }
    />
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
