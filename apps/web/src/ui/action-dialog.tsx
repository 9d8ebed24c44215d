import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { refreshAll } from '../session/api.js';
import { Dialog } from './dialog.js';
import { notifyDone } from './notify.js';

interface ActionDialogProps {
  title: string;
  submit: string;
  isDangerous?: boolean;
  isBlocked?: boolean;
  /** What is said when it is done. */
  done: string;
  run: () => Promise<unknown>;
  close: () => void;
  children: ReactNode;
}

/** Asks before something is done, does it, says so, and goes. */
export function ActionDialog({ title, submit, isDangerous = false, isBlocked = false, done, run, close, children }: ActionDialogProps) {
  const action = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      notifyDone(done);
      await refreshAll();
      close();
    },
  });
  return (
    <Dialog
      title={title}
      isOpen
      close={close}
      submit={submit}
      isDangerous={isDangerous}
      isBusy={action.isPending}
      isBlocked={isBlocked}
      error={action.error}
      onSubmit={() => action.mutate()}
    >
      {children}
    </Dialog>
  );
}
