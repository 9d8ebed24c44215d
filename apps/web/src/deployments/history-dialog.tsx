import { List, Stack, Title } from '@mantine/core';
import { getDeploymentOperation, type DeploymentDetailView } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';
import { StateWord } from '../ui/badges.js';
import { Dialog } from '../ui/dialog.js';
import { History } from '../ui/history.js';
import { Loaded } from '../ui/states.js';
import { isUnderWay, stateOf, stepWords } from './deployment-state.js';

/** What happened to a deployment, step by step; follows while it is under way. */
export function HistoryDialog({ id, name, close }: { id: number; name: string; close: () => void }) {
  const deployment = useQuery({
    queryKey: ['deployment', id],
    queryFn: ({ signal }) => api.call(getDeploymentOperation, { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data !== undefined && isUnderWay(state.data) ? 2_000 : false),
  });
  return (
    <Dialog title={`History of ${name}`} isOpen close={close} size="xl">
      <Loaded query={deployment}>{(data) => <Steps deployment={data} />}</Loaded>
    </Dialog>
  );
}

function Steps({ deployment }: { deployment: DeploymentDetailView }) {
  const { history, proofs } = deployment;
  return (
    <Stack>
      <StateWord {...stateOf(deployment)} />
      <History steps={history} wordsOf={({ what }) => stepWords[what]} />
      {proofs.length > 0 && (
        <>
          <Title order={3} size="h5">
            What was asked after the last upload
          </Title>
          <List size="sm">
            {proofs.map(({ host, port, serverName, isServed, detail }) => (
              <List.Item key={`${host}:${port} ${serverName ?? ''}`} className="breaks">
                {host}:{port}
                {serverName !== null && ` as ${serverName}`}: {isServed ? 'serves it' : (detail ?? 'does not serve it')}
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Stack>
  );
}
