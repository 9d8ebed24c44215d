import { Button, Group, Text } from '@mantine/core';
import { deleteRotationPolicyOperation, listRotationPoliciesOperation, type RotationPolicyRecord } from '@sifaka/contracts';
import { useState } from 'react';
import { PlatformTabs } from '../platform/platform-tabs.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { NameCell } from '../ui/cells.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { DeleteDialog } from '../ui/delete-dialog.js';
import { Icon } from '../ui/icons.js';
import { useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { policyText } from './policy-text.js';
import { PolicyDialog } from './policy-dialog.js';

const address = '/platform/rotation-policies';

const columns: Column<RotationPolicyRecord>[] = [
  { title: 'Name', sortBy: 'name', cell: ({ name }) => <NameCell name={name} detail={name === 'default' ? 'Of certificates that were given no other' : undefined} /> },
  { title: 'Certificates are renewed', cell: (policy) => <Text size="sm">{policyText(policy)}</Text> },
  { title: 'Used by', cell: ({ certificateCount }) => <Text size="sm">{certificateCount === 1 ? '1 certificate' : `${certificateCount} certificates`}</Text> },
];

/** How long before their end certificates are renewed. */
export function RotationPolicyPage() {
  const state = useListState();
  const { isAdmin } = useMe();
  const [isAdding, setAdding] = useState(false);
  const query = windowOf(state, 'id');
  const policies = useList('rotation-policies', query, (signal) => api.call(listRotationPoliciesOperation, { query, signal }));
  const actions: Column<RotationPolicyRecord> = { title: 'Actions', isTitleHidden: true, cell: (policy) => <RowActions policy={policy} /> };
  return (
    <Page
      title="Rotation policies"
      parent={{ title: 'Platform', to: '/platform' }}
      lead="How long before its end a certificate is renewed. Where an authority names a time of its own, that comes first"
      actions={
        isAdmin && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
            Add policy
          </Button>
        )
      }
    >
      <PlatformTabs />
      <DataTable
        label="Rotation policies"
        columns={isAdmin ? [...columns, actions] : columns}
        query={policies}
        rowKey={({ id }) => id}
        state={state}
        empty={
          <Empty icon="rotation" title="No rotation policies">
            Certificates are renewed as the platform is configured.
          </Empty>
        }
      />
      {isAdding && <PolicyDialog policy={null} close={() => setAdding(false)} />}
    </Page>
  );
}

function RowActions({ policy }: { policy: RotationPolicyRecord }) {
  const { id, name } = policy;
  const [shown, show] = useState<'edit' | 'delete' | null>(null);
  const close = () => show(null);
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Button size="compact-sm" variant="default" onClick={() => show('edit')} aria-label={`Edit ${name}`}>
        Edit
      </Button>
      {name !== 'default' && (
        <Button size="compact-sm" variant="default" onClick={() => show('delete')} aria-label={`Delete ${name}`}>
          Delete
        </Button>
      )}
      {shown === 'edit' && <PolicyDialog policy={policy} close={close} />}
      {shown === 'delete' && (
        <DeleteDialog
          name={name}
          queryKey={['rotation-policy', id]}
          parent={address}
          warning="Only a policy that no certificate has can go"
          remove={() => api.call(deleteRotationPolicyOperation, { params: { id } })}
          close={close}
        >
          Certificates that had it once and were replaced count as well.
        </DeleteDialog>
      )}
    </Group>
  );
}
