import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'react-router';

interface PageProps {
  title: string;
  lead?: ReactNode;
  /** Way back to the list that this page belongs to. */
  parent?: { title: string; to: string };
  actions?: ReactNode;
  children: ReactNode;
}

/** A page takes the focus on its heading when it comes, so that keyboards and screen readers start there. */
export function Page({ title, lead, parent, actions, children }: PageProps) {
  useDocumentTitle(`${title} · Sifaka`);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement === null) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="lg" maw={1280} mx="auto">
      <Stack gap={4}>
        {parent !== undefined && (
          <Breadcrumbs styles={{ breadcrumb: { whiteSpace: 'normal' } }}>
            <Anchor component={Link} to={parent.to} size="sm">
              {parent.title}
            </Anchor>
            <Text size="sm" c="dimmed" className="breaks">
              {title}
            </Text>
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={2} flex={1} miw="min(100%, 480px)">
            <Title order={1} ref={heading} tabIndex={-1} className="breaks" style={{ outline: 'none' }}>
              {title}
            </Title>
            {lead !== undefined && (
              <Text c="dimmed" component="div">
                {lead}
              </Text>
            )}
          </Stack>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </Group>
      </Stack>
      {children}
    </Stack>
  );
}
