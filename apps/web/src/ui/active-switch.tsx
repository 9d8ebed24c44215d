import { Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { refreshAll } from '../session/api.js';
import { ActiveBadge } from './badges.js';
import { notifyRefused } from './notify.js';

interface ActiveSwitchProps {
  of: { label: string; active: boolean };
  /** Who may not sees how it is. */
  mayChange: boolean;
  save: (active: boolean) => Promise<unknown>;
}

/** Whether something does its work by itself. */
export function ActiveSwitch({ of: { label, active }, mayChange, save }: ActiveSwitchProps) {
  const change = useMutation({ mutationFn: save, onSettled: refreshAll, onError: notifyRefused });
  if (!mayChange) return <ActiveBadge active={active} />;
  return <Switch checked={active} disabled={change.isPending} onChange={(event) => change.mutate(event.currentTarget.checked)} aria-label={`${label} is active`} />;
}
