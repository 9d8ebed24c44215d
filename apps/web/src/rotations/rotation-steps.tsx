import { Stack, Text, Timeline } from '@mantine/core';
import type { RotationView } from '@sifaka/contracts';
import { StateWord } from '../ui/badges.js';
import { ErrorText } from '../ui/cells.js';
import { dateTimeText } from '../ui/time.js';
import { stepStates, stepTitles } from './rotation-state.js';

/** What is done one after the other, and how far that is. */
export function RotationSteps({ steps }: { steps: RotationView['steps'] }) {
  return (
    <Timeline active={steps.length} bulletSize={14} lineWidth={2}>
      {steps.map(({ name, detail, state, error, at }, index) => (
        <Timeline.Item key={index} title={stepTitles[name]} color={stepStates[state].color}>
          <Stack gap={4}>
            <Text size="sm" className="breaks">
              {detail}
            </Text>
            <StateWord {...stepStates[state]} />
            {error !== null && <ErrorText>{error}</ErrorText>}
            {at !== null && (
              <Text size="xs" c="dimmed">
                {dateTimeText(at)}
              </Text>
            )}
          </Stack>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
