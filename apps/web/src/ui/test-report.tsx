import { Alert, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { sentence } from './refusal.js';
import { Loading } from './states.js';

export interface Report {
  isWorking: boolean;
  detail: string;
  durationMs: number;
}

/** What came of trying something at the other side. */
export function TestReport({ report: { isWorking, detail, durationMs } }: { report: Report }) {
  return (
    <Alert
      role="status"
      color={isWorking ? 'teal' : 'red'}
      variant="light"
      icon={<Icon name={isWorking ? 'check' : 'warning'} />}
      title={isWorking ? 'It works' : 'It does not work yet'}
    >
      <Text size="sm" className="breaks">
        {sentence(detail)}
      </Text>
      <Text size="xs" c="dimmed">
        {durationMs} ms
      </Text>
    </Alert>
  );
}

/** Tries what is saved, as soon as it opens. */
export function TestDialog({ name, test, close }: { name: string; test: () => Promise<Report>; close: () => void }) {
  const { mutate, ...testing } = useMutation({ mutationFn: test });
  useEffect(() => mutate(), [mutate]);
  return (
    <Dialog title={`Test ${name}`} isOpen close={close} submit="Test again" isBusy={testing.isPending} error={testing.error} onSubmit={() => mutate()}>
      {testing.isPending && <Loading rows={1} />}
      {testing.data !== undefined && <TestReport report={testing.data} />}
    </Dialog>
  );
}
