import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { listRotationsOperation, retryRotationOperation, type RotationView } from '@sifaka/contracts';
import type { RequestOf } from '@sifaka/api-client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { ErrorText, NameCell, When } from '../ui/cells.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Dialog } from '../ui/dialog.js';
import { useList } from '../ui/list-page.js';
import { useOwnListState, windowOf } from '../ui/list-state.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { Empty } from '../ui/states.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { isUnderWay, progressText, stateOf } from './rotation-state.js';
import { RotationSteps } from './rotation-steps.js';

type Query = NonNullable<RequestOf<typeof listRotationsOperation>['query']>;

/** Rotations, read again while one is under way. */
export const useRotations = (query: Query) =>
  useList('rotations', query, (signal) => api.call(listRotationsOperation, { query, signal }), (items) => (items.some(isUnderWay) ? 2_000 : false));

export const rotationColumns: Column<RotationView>[] = [
  { title: 'Endpoint', cell: ({ endpoint }) => <NameCell to={`/endpoints/${endpoint.id}`} name={endpoint.name} detail={`${endpoint.dnsname}:${endpoint.port}`} /> },
  {
    title: 'Certificates',
    cell: ({ oldCertificate, newCertificate }) => (
      <Stack gap={0} maw={320}>
        <CertificateLink certificate={newCertificate} />
        {oldCertificate !== null && (
          <Text size="xs" c="dimmed" className="breaks">
            in place of {oldCertificate.name}
          </Text>
        )}
      </Stack>
    ),
  },
  {
    title: 'State',
    cell: (rotation) => (
      <Stack gap={4} maw={340}>
        <StateWord {...stateOf(rotation)} />
        <Text size="xs" c="dimmed">
          {progressText(rotation.steps)}
          {rotation.state === 'pending' && rotation.nextTryAt !== null && `, next try ${relativeText(rotation.nextTryAt)}`}
        </Text>
        {rotation.lastError !== null && <ErrorText lineClamp={4}>{rotation.lastError}</ErrorText>}
      </Stack>
    ),
  },
  {
    title: 'Requested',
    cell: ({ requestedAt, user }) => (
      <Stack gap={0}>
        <When at={requestedAt} />
        <Text size="xs" c="dimmed">
          by {user?.username ?? 'the platform'}
        </Text>
      </Stack>
    ),
  },
  { title: 'Actions', isTitleHidden: true, cell: (rotation) => <RowActions rotation={rotation} /> },
];

const CertificateLink = ({ certificate: { id, name } }: { certificate: { id: number; name: string } }) => (
  <Anchor component={Link} to={`/certificates/${id}`} size="sm" className="breaks">
    {name}
  </Anchor>
);

function RowActions({ rotation }: { rotation: RotationView }) {
  const { id, endpoint, state, steps, finishedAt } = rotation;
  const { canWrite } = useMe();
  const [isOpen, setOpen] = useState(false);
  const retry = useMutation({
    mutationFn: () => api.call(retryRotationOperation, { params: { id: id ?? 0 } }),
    onSuccess: () => notifyDone('It is taken up again'),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      {canWrite && state === 'failed' && id !== null && (
        <Button size="compact-sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate()} aria-label={`Try again: ${endpoint.name}`}>
          Try again
        </Button>
      )}
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)} aria-label={`Steps of ${endpoint.name}`}>
        Steps
      </Button>
      {isOpen && (
        <Dialog title={`Rotation of ${endpoint.name}`} isOpen close={() => setOpen(false)} size="xl">
          <StateWord {...stateOf(rotation)} />
          <RotationSteps steps={steps} />
          {finishedAt !== null && (
            <Text size="sm" c="dimmed">
              Ended on {dateTimeText(finishedAt)}
            </Text>
          )}
        </Dialog>
      )}
    </Group>
  );
}

/** Rotations of one endpoint or certificate, as a part of its page. */
export function RotationTable({ of }: { of: { endpointId: number } | { certificateId: number } }) {
  const state = useOwnListState();
  const rotations = useRotations({ ...windowOf(state, 'id'), ...of });
  return (
    <DataTable
      label="Rotations"
      columns={rotationColumns}
      query={rotations}
      rowKey={({ id, endpoint }) => id ?? `plan-${endpoint.id}`}
      state={state}
      isFramed
      empty={
        <Empty icon="rotation" title="No rotations">
          What is done when a certificate is replaced is listed here.
        </Empty>
      }
    />
  );
}
