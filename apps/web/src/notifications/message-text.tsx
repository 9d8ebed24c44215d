import { Code, Tabs } from '@mantine/core';

/** A message as its readers see it. What a template says must not act on this page: its frame has no rights at all. */
export function MessageText({ text, html }: { text: string; html: string | null }) {
  return (
    <Tabs key={html === null ? 'text' : 'html'} defaultValue={html === null ? 'text' : 'html'} keepMounted={false}>
      <Tabs.List>
        {html !== null && <Tabs.Tab value="html">HTML</Tabs.Tab>}
        <Tabs.Tab value="text">Text</Tabs.Tab>
      </Tabs.List>
      {html !== null && (
        <Tabs.Panel value="html" pt="md">
          <iframe className="message" title="The message as HTML" sandbox="" srcDoc={html} referrerPolicy="no-referrer" />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="text" pt="md">
        <Code block className="message-text" tabIndex={0}>
          {text}
        </Code>
      </Tabs.Panel>
    </Tabs>
  );
}
