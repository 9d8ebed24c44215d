import { Button, Group, Stack, Text } from '@mantine/core';
import type { RequestOf } from '@sifaka/api-client';
import { listDeliveriesOperation, listNotificationDeliveriesOperation, type DeliveryRecord } from '@sifaka/contracts';
import { useState } from 'react';
import { api } from '../session/api.js';
import { StateWord } from '../ui/badges.js';
import { ErrorText, LinkTo, Tries, When } from '../ui/cells.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { useList } from '../ui/list-page.js';
import { useOwnListState, windowOf } from '../ui/list-state.js';
import { Empty } from '../ui/states.js';
import { DeliveryDialog, RetryButton } from './delivery-dialog.js';
import { isUnderWay, stateOf, typeWords } from './delivery-state.js';

type Query = NonNullable<RequestOf<typeof listDeliveriesOperation>['query']>;
type Subject = { notificationId: number } | { certificateId: number } | null;

/** Messages, read again while one is under way. */
export const useDeliveries = (query: Query, of: Subject = null) =>
  useList(`deliveries-${JSON.stringify(of)}`, query, (signal) => load(query, of, signal), (items) => (items.some(isUnderWay) ? 3_000 : 30_000));

function load(query: Query, of: Subject, signal: AbortSignal) {
  if (of === null) return api.call(listDeliveriesOperation, { query, signal });
  if ('certificateId' in of) return api.call(listDeliveriesOperation, { query: { ...query, ...of }, signal });
  return api.call(listNotificationDeliveriesOperation, { params: { id: of.notificationId }, query, signal });
}

/** Messages of one notification or about one certificate, as a part of its page. */
export function DeliveryTable({ of, none }: { of: Exclude<Subject, null>; none: string }) {
  const state = useOwnListState();
  const deliveries = useDeliveries(windowOf(state, 'id'), of);
  return (
    <DataTable
      label="Deliveries"
      columns={'notificationId' in of ? columns.filter((column) => column !== notificationColumn) : columns}
      query={deliveries}
      rowKey={({ id }) => id}
      state={state}
      isFramed
      empty={
        <Empty icon="delivery" title="No deliveries">
          {none}
        </Empty>
      }
    />
  );
}

const notificationColumn: Column<DeliveryRecord> = {
  title: 'Notification',
  cell: ({ notification, plugin }) => (
    <Stack gap={0} maw={220}>
      {notification === null ? <Text size="sm">the platform</Text> : <LinkTo to={`/notifications/${notification.id}`}>{notification.label}</LinkTo>}
      <Text size="xs" c="dimmed" className="breaks">
        {plugin}
      </Text>
    </Stack>
  ),
};

export const columns: Column<DeliveryRecord>[] = [
  {
    title: 'Message',
    cell: ({ subject, type, recipients }) => (
      <Stack gap={0} maw={420}>
        <Text size="sm" fw={500} className="breaks">
          {subject}
        </Text>
        <Text size="xs" c="dimmed" className="breaks" lineClamp={2}>
          {typeWords[type]}
          {recipients.length > 0 && `, to ${recipients.join(', ')}`}
        </Text>
      </Stack>
    ),
  },
  notificationColumn,
  {
    title: 'State',
    cell: (delivery) => (
      <Stack gap={4} maw={300}>
        <StateWord {...stateOf(delivery)} />
        {delivery.lastError !== null && <ErrorText lineClamp={4}>{delivery.lastError}</ErrorText>}
      </Stack>
    ),
  },
  { title: 'Tries', cell: (delivery) => <Tries of={delivery} /> },
  { title: 'When', cell: ({ createdAt, deliveredAt }) => <When at={deliveredAt ?? createdAt} /> },
  { title: 'Actions', isTitleHidden: true, cell: (delivery) => <RowActions delivery={delivery} /> },
];

function RowActions({ delivery }: { delivery: DeliveryRecord }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <RetryButton delivery={delivery} />
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)} aria-label={`Details of ${delivery.subject}`}>
        Details
      </Button>
      {isOpen && <DeliveryDialog id={delivery.id} close={() => setOpen(false)} />}
    </Group>
  );
}
