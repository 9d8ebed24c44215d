import { Switch } from '@mantine/core';
import { updateSourceOperation, type SourceView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ActiveBadge } from '../ui/badges.js';
import { notifyRefused } from '../ui/notify.js';
import { switched } from './source-request.js';

/** Whether it is looked at by schedule. */
export function ActiveSwitch({ source }: { source: SourceView }) {
  const { isAdmin } = useMe();
  const change = useMutation({
    mutationFn: (active: boolean) => api.call(updateSourceOperation, { params: { id: source.id }, body: switched(source, active) }),
    onSettled: refreshAll,
    onError: notifyRefused,
  });
  if (!isAdmin) return <ActiveBadge active={source.active} />;
  return (
    <Switch
      checked={source.active}
      disabled={change.isPending}
      onChange={(event) => change.mutate(event.currentTarget.checked)}
      aria-label={`${source.label} is active`}
    />
  );
}
