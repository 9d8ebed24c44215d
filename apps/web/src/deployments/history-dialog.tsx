import { List, Stack, Text, Timeline, Title } from '@mantine/core';
import { getDeploymentOperation, type DeploymentDetailView } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';
import { StateWord } from '../ui/badges.js';
import { Dialog } from '../ui/dialog.js';
import { Loaded } from '../ui/states.js';
import { dateTimeText } from '../ui/time.js';
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
      <Loaded query={deployment}>{(data) => <History deployment={data} />}</Loaded>
    </Dialog>
  );
}

function History({ deployment }: { deployment: DeploymentDetailView }) {
  const { history, proofs } = deployment;
  return (
    <Stack>
      <StateWord {...stateOf(deployment)} />
      <Timeline active={history.length} bulletSize={14} lineWidth={2}>
        {history.map(({ at, what, detail }, index) => (
          <Timeline.Item key={index} title={stepWords[what].word} color={stepWords[what].color}>
            <Text size="xs" c="dimmed">
              {dateTimeText(at)}
            </Text>
            {detail !== null && (
              <Text size="sm" className="breaks">
                {detail}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
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
