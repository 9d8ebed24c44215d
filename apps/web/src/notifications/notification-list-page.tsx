import { Button, Text } from '@mantine/core';
import { listNotificationsOperation, type NotificationView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { optionedFilters } from '../ui/optioned.js';
import { Filter, filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { intervalText } from './notification-request.js';
import { NotificationSwitch } from './notification-switch.js';

const columns: Column<NotificationView>[] = [
  { title: 'Label', sortBy: 'label', cell: ({ id, label, description }) => <NameCell to={`/notifications/${id}`} name={label} detail={description} /> },
  { title: 'Plugin', cell: ({ plugin }) => <Text size="sm">{plugin.title}</Text> },
  { title: 'Tells of ends', cell: ({ options }) => <Text size="sm">{intervalText(options) ?? 'as the platform is configured'}</Text> },
  { title: 'Active', cell: (notification) => <NotificationSwitch notification={notification} /> },
];

const activities = [
  { value: '', label: 'Active or not' },
  { value: 'true', label: 'Active' },
  { value: 'false', label: 'Inactive' },
];

export function NotificationListPage() {
  const state = useListState();
  const active = state.value('active');
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'label'), ...(active !== '' && { active }) };
  const notifications = useList('notifications', query, (signal) => api.call(listNotificationsOperation, { query, signal }));
  return (
    <ListPage
      title="Notifications"
      lead="Who is told before certificates end and when something goes wrong, and how. Owners and the security team have some from the start"
      actions={<Actions />}
      filters={
        <SearchBar of="Notifications" state={state} fields={optionedFilters}>
          <Filter state={state} name="active" label="State" choices={activities} />
        </SearchBar>
      }
      columns={columns}
      list={notifications}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined || active !== ''}
      none={
        <Empty icon="notification" title="No notifications yet" actions={<Actions />}>
          The first certificate brings those of its owner. Add one for each channel that should hear of certificates besides.
        </Empty>
      }
    />
  );
}

function Actions() {
  const { canWrite } = useMe();
  return (
    <>
      <Button component={Link} to="/notifications/preview" variant="default" leftSection={<Icon name="eye" />}>
        Preview messages
      </Button>
      {canWrite && (
        <Button component={Link} to="/notifications/create" leftSection={<Icon name="plus" />}>
          Add notification
        </Button>
      )}
    </>
  );
}
