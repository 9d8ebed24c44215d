import { Button, Code, CopyButton, Group, Stack, Title } from '@mantine/core';
import { download } from './download.js';
import { Icon } from './icons.js';

/** PEM text to read, copy and save. Line ends are as OpenSSL writes them. */
export function PemBlock({ title, text, fileName }: { title: string; text: string; fileName: string }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Group justify="space-between">
        <Title order={3} size="h5">
          {title}
        </Title>
        <Group gap="xs">
          <Copy text={text} what={title} />
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="download" size={16} />}
            onClick={() => download(fileName, `${text.trim()}\n`)}
            aria-label={`Download ${title}`}
          >
            Download
          </Button>
        </Group>
      </Group>
      <Code block className="pem" tabIndex={0}>
        {text}
      </Code>
    </Stack>
  );
}

export function Copy({ text, what }: { text: string; what: string }) {
  return (
    <CopyButton value={text} timeout={2_000}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="default" miw="max-content" leftSection={<Icon name="copy" size={16} />} onClick={copy} aria-label={`Copy ${what}`}>
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      )}
    </CopyButton>
  );
}
