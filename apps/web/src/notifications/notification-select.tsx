import { MultiSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNotifications } from './use-notifications.js';

interface NotificationSelectProps {
  description?: string;
  /** Notifications that are chosen already, in case the list does not come. */
  chosen?: readonly { id: number; label: string }[];
  value?: string[];
  error?: ReactNode;
  onChange?: (ids: string[]) => void;
}

/** Who is told of a certificate. */
export function NotificationSelect({ description = 'Who is told before it ends. Its owner is, and the security team, also when none is chosen', chosen = [], value = [], ...input }: NotificationSelectProps) {
  const notifications = useNotifications();
  const items = notifications.data?.items ?? chosen;
  return (
    <MultiSelect
      label="Notifications"
      description={description}
      placeholder={value.length === 0 ? 'Those of its owner' : ''}
      nothingFoundMessage="No notification has these letters"
      searchable
      clearable
      data={items.map(({ id, label }) => ({ value: String(id), label }))}
      value={value}
      {...input}
    />
  );
}
