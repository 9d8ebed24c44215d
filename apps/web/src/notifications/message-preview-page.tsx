import { NativeSelect, Stack, Text } from '@mantine/core';
import { messageTypes, previewNotificationOperation } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';
import { useListState } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { Loaded } from '../ui/states.js';
import { typeWords } from './delivery-state.js';
import { MessageText } from './message-text.js';

const types = messageTypes.map((value) => ({ value, label: typeWords[value] }));

/** What messages look like on this installation, templates of its own included. */
export function MessagePreviewPage() {
  const state = useListState();
  const type = messageTypes.find((name) => name === state.value('type')) ?? 'expiration';
  const preview = useQuery({
    queryKey: ['preview', type],
    queryFn: ({ signal }) => api.call(previewNotificationOperation, { params: { type }, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Messages"
      parent={{ title: 'Notifications', to: '/notifications' }}
      lead="Every message as it is sent from here, with certificates that are made up. Programs get the text, people the HTML"
    >
      <NativeSelect label="Message" maw={360} data={types} value={type} onChange={(event) => state.set({ type: event.currentTarget.value })} />
      <Loaded query={preview}>
        {({ subject, text, html }) => (
          <Section title="Preview">
            <Stack gap={0}>
              <Text size="xs" c="dimmed">
                Subject
              </Text>
              <Text fw={500} className="breaks">
                {subject}
              </Text>
            </Stack>
            <MessageText text={text} html={html} />
          </Section>
        )}
      </Loaded>
    </Page>
  );
}
