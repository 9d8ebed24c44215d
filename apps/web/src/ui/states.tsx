import { Alert, Button, EmptyState, Skeleton, Stack } from '@mantine/core';
import { toAppError } from '@sifaka/kernel';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.js';
import { sentence } from './refusal.js';

interface Loadable<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** What has been read, or why it is not there yet. */
export function Loaded<T>({ query, children }: { query: Loadable<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) return <LoadError error={query.error} retry={query.refetch} />;
  return <Loading />;
}

export function Loading({ rows = 5 }: { rows?: number }) {
  return (
    <Stack gap="sm" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={36} />
      ))}
    </Stack>
  );
}

export function LoadError({ error, retry }: { error: unknown; retry: () => unknown }) {
  return (
    <Alert role="alert" color="red" variant="light" title={sentence(toAppError(error).message)} icon={<Icon name="warning" />}>
      <Button size="xs" variant="default" onClick={() => void retry()}>
        Try again
      </Button>
    </Alert>
  );
}

export function Empty({ icon, title, children, actions }: { icon: IconName; title: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <EmptyState py="xl" variant="light" icon={<Icon name={icon} size={28} />} title={title} description={children}>
      {actions !== undefined && <EmptyState.Actions>{actions}</EmptyState.Actions>}
    </EmptyState>
  );
}
