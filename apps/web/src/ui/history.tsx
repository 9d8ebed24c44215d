import { Text, Timeline } from '@mantine/core';
import type { StateWords } from './badges.js';
import { dateTimeText } from './time.js';

interface HistoryProps<S> {
  steps: readonly S[];
  wordsOf: (step: S) => StateWords;
}

/** What happened to something, oldest first. */
export const History = <S extends { at: string; detail: string | null }>({ steps, wordsOf }: HistoryProps<S>) => (
  <Timeline active={steps.length} bulletSize={14} lineWidth={2}>
    {steps.map((step, index) => {
      const { word, color } = wordsOf(step);
      return (
        <Timeline.Item key={index} title={word} color={color}>
          <Text size="xs" c="dimmed">
            {dateTimeText(step.at)}
          </Text>
          {step.detail !== null && (
            <Text size="sm" className="breaks">
              {step.detail}
            </Text>
          )}
        </Timeline.Item>
      );
    })}
  </Timeline>
);
