import { Button, Group, Paper, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { refreshAll } from '../session/api.js';
import { CreateForm, useCreation } from './create-form.js';
import { Dialog } from './dialog.js';
import { shownPaths, showRefusal, type FieldOf } from './form-refusal.js';
import { Icon } from './icons.js';
import { notifyDone } from './notify.js';
import { Section } from './section.js';
import type { PluginForm } from './use-plugin-form.js';

interface SetupFormProps<V extends object, R> {
  /** What is set up: "Destination". */
  kind: string;
  submit: string;
  /** The list that it will be in. */
  parent: string;
  form: UseFormReturnType<V>;
  plugin: PluginForm;
  fieldOf: FieldOf;
  /** Where the test asks for other fields than saving. */
  fieldOfTest?: FieldOf;
  isTestable: boolean;
  /** Words of the button that tries it. */
  testTitle?: string;
  fields: ReactNode;
  /** Fields behind the options of the plugin. */
  more?: ReactNode;
  /** What the test wants to know besides. */
  probe?: ReactNode;
  report: (report: R) => ReactNode;
  test: (values: V) => Promise<R>;
  save: (values: V, idempotencyKey: string) => Promise<{ to: string; message: string }>;
}

/** Sets up something that a plugin reaches at another side; it can be tried before it is saved. */
export function SetupForm<V extends object, R>({ kind, submit, parent, form, plugin, fieldOf, fieldOfTest = fieldOf, isTestable, testTitle = 'Test without saving', fields, more, probe, report, test, save }: SetupFormProps<V, R>) {
  const creation = useCreation({ form, fieldOf, plugin, save });
  const testing = useMutation({
    mutationFn: test,
    onError: (error) => {
      if (showRefusal(form, error, fieldOfTest).length === 0) plugin.focus(error);
    },
  });
  // The page shows the fault of what was done last.
  const create = (values: V) => {
    testing.reset();
    creation.create(values);
  };
  const tryOut = () => {
    creation.reset();
    testing.mutate(form.values);
  };
  const error = creation.error ?? testing.error;
  const shown = creation.error === null ? [...shownPaths(error, fieldOfTest), ...plugin.shown(error)] : creation.shown;
  return (
    <CreateForm form={form} creation={{ ...creation, create, error, shown }} submit={submit} parent={parent}>
      <Paper withBorder p="lg" component="section" aria-label={kind}>
        <Stack>
          {fields}
          {plugin.fields(error)}
          {more}
        </Stack>
      </Paper>
      <Section title="Test">
        {probe}
        <Group>
          <Button variant="default" leftSection={<Icon name="refresh" />} loading={testing.isPending} disabled={!isTestable} onClick={tryOut}>
            {testTitle}
          </Button>
        </Group>
        {testing.data !== undefined && report(testing.data)}
      </Section>
    </CreateForm>
  );
}

interface SetupDialogProps<V extends object> {
  name: string;
  form: UseFormReturnType<V>;
  plugin: PluginForm;
  fieldOf: FieldOf;
  isBlocked?: boolean;
  fields: ReactNode;
  more?: ReactNode;
  save: (values: V) => Promise<unknown>;
  close: () => void;
}

/** The same for one that exists. */
export function SetupDialog<V extends object>({ name, form, plugin, fieldOf, isBlocked, fields, more, save, close }: SetupDialogProps<V>) {
  const saving = useMutation({
    mutationFn: save,
    onSuccess: async () => {
      notifyDone(`${name} was changed`);
      await refreshAll();
      close();
    },
    onError: (error) => {
      if (showRefusal(form, error, fieldOf).length === 0) plugin.focus(error);
    },
  });
  return (
    <Dialog
      title={`Edit ${name}`}
      isOpen
      close={close}
      submit="Save"
      size="xl"
      isBusy={saving.isPending}
      isBlocked={isBlocked === true}
      error={saving.error}
      shown={[...shownPaths(saving.error, fieldOf), ...plugin.shown(saving.error)]}
      onSubmit={form.onSubmit((values) => saving.mutate(values))}
    >
      {fields}
      {plugin.fields(saving.error)}
      {more}
    </Dialog>
  );
}
