import { Group } from '@mantine/core';
import { deploymentStates, listDeploymentsOperation } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ListPage } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Filter } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { useDeploymentColumns, useDeployments } from './deployment-table.js';

const states = [
  { value: '', label: 'Any state' },
  { value: 'pending', label: 'Waiting' },
  { value: 'running', label: 'Under way' },
  { value: 'deployed', label: 'Deployed' },
  { value: 'failed', label: 'Failed' },
  { value: 'removed', label: 'Removed' },
];

export function DeploymentListPage() {
  const state = useListState();
  const { isAdmin } = useMe();
  const chosen = deploymentStates.find((name) => name === state.value('state'));
  const query = { ...windowOf(state, 'id'), state: chosen };
  const deployments = useDeployments('all', query, (wanted, signal) => api.call(listDeploymentsOperation, { query: wanted, signal }));
  const columns = useDeploymentColumns(deployments.data?.items ?? [], ['certificate', 'destination'], isAdmin);
  return (
    <ListPage
      title="Deployments"
      lead="Every certificate at every destination: where it stands, and what went wrong"
      filters={
        <Group>
          <Filter state={state} name="state" label="State" choices={states} />
        </Group>
      }
      columns={columns}
      list={deployments}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={chosen !== undefined}
      hint="Choose another state."
      none={
        <Empty icon="deployment" title="Nothing is deployed yet">
          Choose destinations when a certificate is requested, uploaded or edited.
        </Empty>
      }
    />
  );
}
