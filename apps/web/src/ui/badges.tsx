import { Badge, Stack, Text, Tooltip } from '@mantine/core';
import { dateTimeText, dayMs, dayText, relativeText } from './time.js';

interface Lifetime {
  status?: string | null;
  notBefore: string;
  notAfter: string;
}

/** One word for where a certificate stands; colour repeats it, never replaces it. */
export function StateBadge({ status, notBefore, notAfter }: Lifetime) {
  const { word, color } = stateOf(status ?? null, new Date(notBefore).getTime(), new Date(notAfter).getTime(), Date.now());
  return (
    <Badge color={color} variant="light" radius="sm" miw="max-content">
      {word}
    </Badge>
  );
}

export function stateOf(status: string | null, notBefore: number, notAfter: number, now: number): { word: string; color: string } {
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
