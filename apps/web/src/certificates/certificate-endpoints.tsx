import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { listEndpointsOperation, type CertificateView, type EndpointView } from '@sifaka/contracts';
import { addressColumn, checkedColumn, portColumn, stateColumn, typeColumn } from '../endpoints/endpoint-columns.js';
import { RotateDialog } from '../rotations/rotate-dialog.js';
import { RotationTable } from '../rotations/rotation-table.js';
import { api } from '../session/api.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { useList } from '../ui/list-page.js';
import { useOwnListState, windowOf } from '../ui/list-state.js';
import { Section } from '../ui/section.js';
import { Empty } from '../ui/states.js';
import { useMayChange } from './use-may-change.js';

const columns: Column<EndpointView>[] = [stateColumn, addressColumn, portColumn, typeColumn, checkedColumn];

/** Where a certificate is presented to clients, and how it is replaced there. */
export function CertificateEndpoints({ certificate }: { certificate: CertificateView }) {
  const { id, name } = certificate;
  const state = useOwnListState();
  const [isRotating, rotate] = useDisclosure();
  const mayChange = useMayChange(certificate);
  const query = { ...windowOf(state, 'id'), certificateId: id };
  const endpoints = useList('endpoints', query, (signal) => api.call(listEndpointsOperation, { query, signal }), 15_000);
  const isPresented = (endpoints.data?.total ?? 0) > 0;
  return (
    <Stack>
      <Section
        title="Endpoints"
        actions={
          mayChange &&
          isPresented && (
            <Button size="xs" variant="default" leftSection={<Icon name="rotation" />} onClick={rotate.open}>
              Rotate
            </Button>
          )
        }
      >
        <DataTable
          label="Endpoints"
          columns={columns}
          query={endpoints}
          rowKey={(endpoint) => endpoint.id}
          state={state}
          isFramed
          empty={
            <Empty icon="endpoint" title="Presented nowhere">
              No endpoint that is known here presents it.
            </Empty>
          }
        />
      </Section>
      <Section title="Rotations">
        <RotationTable of={{ certificateId: id }} />
      </Section>
      {isRotating && <RotateDialog subject={{ kind: 'certificate', id, name }} close={rotate.close} />}
    </Stack>
  );
}
