import { Anchor, Stack, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { dateTimeText, relativeText } from './time.js';

/** What a row is about, as the way to its own page; below it what tells it from others. */
export function NameCell({ to, name, detail }: { to?: string; name: string; detail?: ReactNode }) {
  return (
    <Stack gap={0} maw={420}>
      {to === undefined ? (
        <Text size="sm" fw={500} className="breaks">
          {name}
        </Text>
      ) : (
        <Anchor component={Link} to={to} fw={500} size="sm" className="breaks">
          {name}
        </Anchor>
      )}
      {detail !== undefined && detail !== null && detail !== '' && (
        <Text size="xs" c="dimmed" className="breaks" lineClamp={2} component="div">
          {detail}
        </Text>
      )}
    </Stack>
  );
}

/** The way to another page, as a word in a fact. */
export const LinkTo = ({ to, children }: { to: string; children: ReactNode }) => (
  <Anchor component={Link} to={to} size="sm" className="breaks">
    {children}
  </Anchor>
);

/** How long ago or from now; the moment itself on demand. */
export function When({ at, otherwise = '' }: { at: string | null; otherwise?: string }) {
  if (at === null)
    return (
      <Text size="sm" c="dimmed">
        {otherwise}
      </Text>
    );
  return (
    <Tooltip label={dateTimeText(at)}>
      <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
        {relativeText(at)}
      </Text>
    </Tooltip>
  );
}

/** The other side's own words about what went wrong. */
export function ErrorText({ children, lineClamp }: { children: string; lineClamp?: number }) {
  return (
    <Text size="xs" className="breaks" c="var(--mantine-color-error)" lineClamp={lineClamp} title={lineClamp === undefined ? undefined : children}>
      {children}
    </Text>
  );
}

interface TriesProps {
  of: { attempts: number; nextTryAt: string | null; state: string };
}

/** How often something was tried, and when it is tried next. */
export function Tries({ of: { attempts, nextTryAt, state } }: TriesProps) {
  return (
    <Stack gap={0} style={{ whiteSpace: 'nowrap' }}>
      <Text size="sm">{attempts === 0 ? 'none' : attempts === 1 ? '1 try' : `${attempts} tries`}</Text>
      {state === 'pending' && nextTryAt !== null && (
        <Text size="xs" c="dimmed" title={dateTimeText(nextTryAt)}>
          next {relativeText(nextTryAt)}
        </Text>
      )}
    </Stack>
  );
}
