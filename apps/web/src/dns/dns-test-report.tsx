import { Alert, Badge, Stack, Table, Text } from '@mantine/core';
import type { DnsTestReport as Report } from '@sifaka/contracts';
import { Icon } from '../ui/icons.js';

type Step = Report['steps'][number];

const stepWords: Readonly<Record<Step['name'], string>> = {
  connection: 'Reach it with these credentials',
  zones: 'List its zones',
  place: 'Find the zone of the name',
  write: 'Write a challenge record',
  visible: 'See it at the authoritative servers',
  remove: 'Remove it again',
};

const stateWords: Readonly<Record<Step['state'], { word: string; color: string }>> = {
  passed: { word: 'passed', color: 'teal' },
  failed: { word: 'failed', color: 'red' },
  skipped: { word: 'skipped', color: 'gray' },
};

/** What a test has found, step by step. */
export function DnsTestReport({ report: { isWorking, steps } }: { report: Report }) {
  return (
    <Stack gap="xs">
      <Alert
        role="status"
        color={isWorking ? 'teal' : 'red'}
        variant="light"
        icon={<Icon name={isWorking ? 'check' : 'warning'} />}
        title={isWorking ? 'It works' : 'It does not work yet'}
      />
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label="Steps of the test" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Step</Table.Th>
              <Table.Th>Result</Table.Th>
              <Table.Th>What happened</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {steps.map((step) => (
              <StepRow key={step.name} step={step} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

function StepRow({ step: { name, state, detail, durationMs } }: { step: Step }) {
  const { word, color } = stateWords[state];
  return (
    <Table.Tr>
      <Table.Td>{stepWords[name]}</Table.Td>
      <Table.Td>
        <Badge variant="light" radius="sm" color={color} miw="max-content">
          {word}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Text size="sm" className="breaks" c={state === 'failed' ? 'var(--mantine-color-error)' : undefined}>
          {detail}
        </Text>
        {state !== 'skipped' && (
          <Text size="xs" c="dimmed">
            {durationMs} ms
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
