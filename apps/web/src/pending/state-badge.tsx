import { Badge } from '@mantine/core';
import type { PendingCertificateView } from '@sifaka/contracts';
import { stateOf } from './pending-state.js';

export function PendingBadge({ pending }: { pending: PendingCertificateView }) {
  const { word, color } = stateOf(pending);
  return (
    <Badge color={color} variant="light" radius="sm" miw="max-content">
      {word}
    </Badge>
  );
}
