import { Button, Switch, Text } from '@mantine/core';
import { listCertificatesOperation, type CertificateView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Expiry, StateBadge } from '../ui/badges.js';
import { NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf, type ListState } from '../ui/list-state.js';
import { Filter, filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';

const columns: Column<CertificateView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, domains, cn }) => (
      <NameCell
        to={`/certificates/${id}`}
        name={name}
        detail={namesOf(
          domains.map((domain) => domain.name),
          cn,
        )}
      />
    ),
  },
  { title: 'State', cell: (row) => <StateBadge {...row} /> },
  { title: 'Expires', sortBy: 'notAfter', cell: ({ notAfter }) => <Expiry notAfter={notAfter} /> },
  {
    title: 'Authority',
    cell: ({ authority, issuer }) => <Text size="sm">{authority?.name ?? (issuer === '<selfsigned>' ? 'itself' : issuer)}</Text>,
  },
  { title: 'Owner', sortBy: 'owner', cell: ({ owner }) => <Text size="sm">{owner}</Text> },
];

function namesOf(names: readonly string[], cn: string | null): string {
  const all = names.length === 0 && cn !== null ? [cn] : names;
  return all.length > 3 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ');
}

export function CertificateListPage() {
  const state = useListState();
  const query = {
    ...windowOf(state, 'id'),
    filter: filterOf(state, 'name'),
    showExpired: state.value('expired') === '1' ? 1 : 0,
    timeRange: state.value('within') === '' ? undefined : state.value('within'),
  };
  const certificates = useList('certificates', query, async (signal) => {
    const { items, total } = await api.call(listCertificatesOperation, { query, signal });
    return { items: [...items].filter(isWhole), total };
  });
  return (
    <ListPage
      title="Certificates"
      lead="Everything issued, uploaded or found, with its owner and its end"
      actions={<Actions />}
      filters={<Filters state={state} />}
      columns={columns}
      list={certificates}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined || query.timeRange !== undefined}
      hint="Try fewer letters, another field, or include those that expired long ago."
      none={
        <Empty icon="certificate" title="No certificates yet" actions={<Actions />}>
          Request the first one from an authority, or upload one you already have.
        </Empty>
      }
    />
  );
}

/** The short form of the list has no body; this page does not ask for it. */
const isWhole = (row: object): row is CertificateView => 'body' in row;

function Actions() {
  const { canWrite } = useMe();
  if (!canWrite) return null;
  return (
    <>
      <Button component={Link} to="/certificates/upload" variant="default" leftSection={<Icon name="upload" />}>
        Upload
      </Button>
      <Button component={Link} to="/certificates/request" leftSection={<Icon name="plus" />}>
        Request certificate
      </Button>
    </>
  );
}

const searchable = [
  { value: '', label: 'Name or domain' },
  { value: 'cn', label: 'Common name' },
  { value: 'issuer', label: 'Authority or issuer' },
  { value: 'owner', label: 'Owner' },
  { value: 'description', label: 'Description' },
  { value: 'status', label: 'Status' },
];

const periods = [
  { value: '', label: 'Any end' },
  { value: '1', label: 'Ends within 1 week' },
  { value: '4', label: 'Ends within 4 weeks' },
  { value: '13', label: 'Ends within 3 months' },
  { value: '52', label: 'Ends within a year' },
];

function Filters({ state }: { state: ListState }) {
  return (
    <SearchBar of="Certificates" state={state} placeholder="shop.example.com" fields={searchable}>
      <Filter state={state} name="within" label="End" choices={periods} />
      <Switch
        label="Long expired too"
        checked={state.value('expired') === '1'}
        onChange={(event) => state.set({ expired: event.currentTarget.checked ? '1' : '' })}
        mb={8}
      />
    </SearchBar>
  );
}
