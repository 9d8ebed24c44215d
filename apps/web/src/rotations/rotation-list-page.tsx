import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { rotationStates } from '@sifaka/contracts';
import { useMe } from '../session/me.js';
import { Icon } from '../ui/icons.js';
import { ListPage } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Filter } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { RotateDialog } from './rotate-dialog.js';
import { rotationColumns, useRotations } from './rotation-table.js';

const states = [
  { value: '', label: 'Any state' },
  { value: 'pending', label: 'Waiting' },
  { value: 'running', label: 'Under way' },
  { value: 'succeeded', label: 'Done' },
  { value: 'failed', label: 'Failed' },
];

export function RotationListPage() {
  const state = useListState();
  const { isAdmin } = useMe();
  const [isRotating, rotate] = useDisclosure();
  const chosen = rotationStates.find((name) => name === state.value('state'));
  const rotations = useRotations({ ...windowOf(state, 'id'), state: chosen });
  return (
    <ListPage
      title="Rotations"
      lead="Endpoints on their way from one certificate to another, step by step"
      actions={
        isAdmin && (
          <Button leftSection={<Icon name="rotation" />} onClick={rotate.open}>
            Rotate what is due
          </Button>
        )
      }
      filters={
        <Group>
          <Filter state={state} name="state" label="State" choices={states} />
        </Group>
      }
      columns={rotationColumns}
      list={rotations}
      state={state}
      rowKey={({ id, endpoint }) => id ?? `plan-${endpoint.id}`}
      isFiltered={chosen !== undefined}
      hint="Choose another state."
      none={
        <Empty icon="rotation" title="Nothing was rotated yet">
          Endpoints are rotated when their certificate is replaced, from their own page, or from that of the certificate.
        </Empty>
      }
    >
      {isRotating && <RotateDialog subject={{ kind: 'due' }} close={rotate.close} />}
    </ListPage>
  );
}
