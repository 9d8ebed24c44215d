import { Alert, Anchor, Checkbox, Group, NativeSelect, Stack, Text, Timeline, Title } from '@mantine/core';
import type { TimelineEntry, TimelineView } from '@sifaka/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { StateWord } from '../ui/badges.js';
import { Icon } from '../ui/icons.js';
import { sentence } from '../ui/refusal.js';
import { Section } from '../ui/section.js';
import { Empty, Loaded } from '../ui/states.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { addressOf, entryWords, isTrouble, split, topics } from './renewal-state.js';
import { useTimeline } from './use-timeline.js';

/** Fewer are seen at once. */
const filteredFrom = 8;

/** The whole life of a certificate: what comes, and what was. */
export function CertificateTimeline({ id }: { id: number }) {
  const timeline = useTimeline(id);
  return (
    <Section title="Timeline">
      <Loaded query={timeline}>{(data) => <Life timeline={data} />}</Loaded>
    </Section>
  );
}

function Life({ timeline: { items, missing } }: { timeline: TimelineView }) {
  const [topic, setTopic] = useState('');
  const [isTroubleOnly, setTroubleOnly] = useState(false);
  const { coming, past } = split(items, { topic, isTroubleOnly });
  return (
    <Stack>
      {missing.length > 0 && (
        <Alert role="note" color="orange" icon={<Icon name="warning" />} title={`Not all of it is known now: ${missing.join(' and ')} ${missing.length === 1 ? 'does' : 'do'} not answer`}>
          It is asked again by itself.
        </Alert>
      )}
      {items.length >= filteredFrom && (
        <Group align="flex-end">
          <NativeSelect label="Show" data={[...topics]} value={topic} onChange={(event) => setTopic(event.currentTarget.value)} />
          <Checkbox label="Only what is late or failed" mb={8} checked={isTroubleOnly} onChange={(event) => setTroubleOnly(event.currentTarget.checked)} />
        </Group>
      )}
      {coming.length + past.length === 0 && (
        <Empty icon="pending" title="Nothing matches">
          Choose something else to show.
        </Empty>
      )}
      <Entries title="To come" entries={coming} />
      <Entries title="So far" entries={past} />
    </Stack>
  );
}

function Entries({ title, entries }: { title: string; entries: readonly TimelineEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-label={title}>
      <Title order={3} size="h5">
        {title}
      </Title>
      <Timeline bulletSize={14} lineWidth={2} active={entries.length}>
        {entries.map((entry, index) => (
          <Timeline.Item key={index} color={entryWords[entry.state].color} title={<EntryTitle entry={entry} />}>
            <Text size="xs" c="dimmed">
              {entry.at === null ? 'under way' : `${relativeText(entry.at)}, ${dateTimeText(entry.at)}`}
            </Text>
            {entry.detail !== null && (
              <Text size="sm" className="breaks" c={entry.state === 'failed' ? 'var(--mantine-color-error)' : undefined}>
                {sentence(entry.detail)}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  );
}

/** What it is, as the way to its own page; late and failed in words as well. */
export function EntryTitle({ entry }: { entry: TimelineEntry }) {
  const to = addressOf(entry.object);
  return (
    <Group gap="xs" component="span">
      {to === null ? (
        <Text span size="sm" fw={500} className="breaks">
          {entry.title}
        </Text>
      ) : (
        <Anchor component={Link} to={to} size="sm" fw={500} className="breaks">
          {entry.title}
        </Anchor>
      )}
      {isTrouble(entry) && <StateWord {...entryWords[entry.state]} />}
    </Group>
  );
}
