import { Button, Group, Stack, Text } from '@mantine/core';
import { retryDeploymentOperation, type DeploymentView, type listDeploymentsOperation } from '@sifaka/contracts';
import type { AnswerOf, RequestOf } from '@sifaka/api-client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useCertificateNames } from '../certificates/use-certificate-names.js';
import { api, refreshAll } from '../session/api.js';
import { StateWord } from '../ui/badges.js';
import { ErrorText, NameCell, Tries, When } from '../ui/cells.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { useList } from '../ui/list-page.js';
import { useOwnListState, windowOf } from '../ui/list-state.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { Empty } from '../ui/states.js';
import { isUnderWay, retryWords, stateOf } from './deployment-state.js';
import { HistoryDialog } from './history-dialog.js';

/** An upload ends within seconds: who waits for it should see that. */
const refreshMs = 2_000;

type Query = NonNullable<RequestOf<typeof listDeploymentsOperation>['query']>;
type Load = (query: Query, signal: AbortSignal) => Promise<AnswerOf<typeof listDeploymentsOperation>>;

/** Deployments, read again while one is under way. */
export const useDeployments = (of: string, query: Query, load: Load) =>
  useList(`deployments-${of}`, query, (signal) => load(query, signal), (items) => (items.some(isUnderWay) ? refreshMs : false));

interface DeploymentTableProps {
  of: string;
  /** What tells one row from another here. */
  subject: 'certificate' | 'destination';
  load: Load;
  mayRetry: boolean;
  none: string;
}

/** Deployments as a part of a page. */
export function DeploymentTable({ of, subject, load, mayRetry, none }: DeploymentTableProps) {
  const state = useOwnListState();
  const deployments = useDeployments(of, windowOf(state, 'id'), load);
  const columns = useDeploymentColumns(deployments.data?.items ?? [], [subject], mayRetry);
  return (
    <DataTable
      label="Deployments"
      columns={columns}
      query={deployments}
      rowKey={({ id }) => id}
      state={state}
      isFramed
      empty={
        <Empty icon="deployment" title="Nothing deployed">
          {none}
        </Empty>
      }
    />
  );
}

/** @param subjects what each row names: the certificate, the destination, or both */
export function useDeploymentColumns(items: readonly DeploymentView[], subjects: readonly ('certificate' | 'destination')[], mayRetry: boolean): Column<DeploymentView>[] {
  const wanted = subjects.includes('certificate') ? items.map(({ certificateId }) => certificateId) : [];
  const names = useCertificateNames(wanted);
  const nameOf = (id: number) => names.get(id) ?? `certificate ${id}`;
  const certificate: Column<DeploymentView> = {
    title: 'Certificate',
    cell: ({ certificateId }) => <NameCell to={`/certificates/${certificateId}`} name={nameOf(certificateId)} />,
  };
  const destination: Column<DeploymentView> = {
    title: 'Destination',
    cell: ({ destinationId, destinationLabel, externalId }) => <NameCell to={`/destinations/${destinationId}`} name={destinationLabel} detail={externalId} />,
  };
  return [
    ...(subjects.includes('certificate') ? [certificate] : []),
    ...(subjects.includes('destination') ? [destination] : []),
    { title: 'State', cell: (row) => <State deployment={row} /> },
    { title: 'Tries', cell: (row) => <Tries of={row} /> },
    { title: 'Deployed', cell: ({ deployedAt }) => <When at={deployedAt} otherwise="never" /> },
    { title: 'Actions', isTitleHidden: true, cell: (row) => <RowActions deployment={row} mayRetry={mayRetry} name={subjects[0] === 'destination' ? row.destinationLabel : nameOf(row.certificateId)} /> },
  ];
}

function State({ deployment }: { deployment: DeploymentView }) {
  const { lastError, isRolledBack, note } = deployment;
  return (
    <Stack gap={4} maw={420}>
      <StateWord {...stateOf(deployment)} />
      {isRolledBack && (
        <Text size="xs" fw={500}>
          The certificate that was there before is served again.
        </Text>
      )}
      {lastError !== null && <ErrorText>{lastError}</ErrorText>}
      {note !== null && (
        <Text size="xs" c="dimmed" className="breaks">
          {note}
        </Text>
      )}
    </Stack>
  );
}

function RowActions({ deployment, mayRetry, name }: { deployment: DeploymentView; mayRetry: boolean; name: string }) {
  const [isOpen, setOpen] = useState(false);
  const words = mayRetry ? retryWords(deployment) : null;
  const retry = useMutation({
    mutationFn: () => api.call(retryDeploymentOperation, { params: { id: deployment.id } }),
    onSuccess: () => notifyDone(deployment.wanted === 'removed' ? 'Its removal has begun' : 'Its deployment has begun'),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      {words !== null && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="refresh" size={16} />}
          loading={retry.isPending}
          disabled={deployment.state === 'running'}
          onClick={() => retry.mutate()}
          aria-label={`${words}: ${name}`}
        >
          {words}
        </Button>
      )}
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)} aria-label={`History of ${name}`}>
        History
      </Button>
      {isOpen && <HistoryDialog id={deployment.id} name={name} close={() => setOpen(false)} />}
    </Group>
  );
}
