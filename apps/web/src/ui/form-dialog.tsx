import type { UseFormReturnType } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { refreshAll } from '../session/api.js';
import { Dialog } from './dialog.js';
import { shownPaths, showRefusal, type FieldOf } from './form-refusal.js';
import { notifyDone } from './notify.js';

interface FormDialogProps<V extends object, A> {
  title: string;
  /** Words of the button. */
  submit?: string;
  /** What is said when it is done. */
  done: string | ((answer: A) => string);
  form: UseFormReturnType<V>;
  fieldOf: FieldOf;
  save: (values: V) => Promise<A>;
  close: () => void;
  children: ReactNode;
}

/** A form over the page that saves, says so, and goes. What the server refuses stands at its input. */
export function FormDialog<V extends object, A>({ title, submit = 'Save', done, form, fieldOf, save, close, children }: FormDialogProps<V, A>) {
  const saving = useMutation({
    mutationFn: save,
    onSuccess: async (answer) => {
      notifyDone(typeof done === 'string' ? done : done(answer));
      await refreshAll();
      close();
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Dialog
      title={title}
      isOpen
      close={close}
      submit={submit}
      isBusy={saving.isPending}
      error={saving.error}
      shown={shownPaths(saving.error, fieldOf)}
      onSubmit={form.onSubmit((values) => saving.mutate(values))}
    >
      {children}
    </Dialog>
  );
}
