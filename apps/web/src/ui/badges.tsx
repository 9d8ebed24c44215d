import { Badge, Stack, Text, Tooltip } from '@mantine/core';
import { dateTimeText, dayMs, dayText, relativeText } from './time.js';

interface Lifetime {
  status?: string | null;
  /** Held: revoked for the time being only. */
  revocation?: { state: 'revoked' | 'held' } | undefined;
  notBefore: string;
  notAfter: string;
}

/** Where a certificate stands. */
export function StateBadge({ status, revocation, notBefore, notAfter }: Lifetime) {
  if (revocation?.state === 'held') return <StateWord word="on hold" color="orange" />;
  const { word, color } = stateOf(status ?? null, new Date(notBefore).getTime(), new Date(notAfter).getTime(), Date.now());
  return <StateWord word={word} color={color} />;
}

export interface StateWords {
  word: string;
  color: string;
}

/** One word for where something stands; colour repeats it, never replaces it. */
export function StateWord({ word, color }: StateWords) {
  return (
    <Badge color={color} variant="light" radius="sm" miw="max-content" w="fit-content">
      {word}
    </Badge>
  );
}

export const ActiveBadge = ({ active }: { active: boolean }) => <StateWord word={active ? 'active' : 'inactive'} color={active ? 'teal' : 'gray'} />;

export function stateOf(status: string | null, notBefore: number, notAfter: number, now: number): StateWords {
  if (status === 'revoked') return { word: 'revoked', color: 'red' };
  if (notAfter <= now) return { word: 'expired', color: 'gray' };
  if (notBefore > now) return { word: 'not yet valid', color: 'blue' };
  if (notAfter - now < 30 * dayMs) return { word: 'expires soon', color: 'orange' };
  return { word: 'valid', color: 'teal' };
}

export function Expiry({ notAfter }: { notAfter: string }) {
  return (
    <Tooltip label={dateTimeText(notAfter)}>
      <Stack gap={0} style={{ whiteSpace: 'nowrap' }}>
        <Text size="sm">{dayText(notAfter)}</Text>
        <Text size="xs" c="dimmed">
          {relativeText(notAfter)}
        </Text>
      </Stack>
    </Tooltip>
  );
}
