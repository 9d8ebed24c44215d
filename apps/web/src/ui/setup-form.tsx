import { Anchor, Button, Group, Paper, Stack, Title } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { newIdempotencyKey } from '@sifaka/api-client';
import { useMutation } from '@tanstack/react-query';
import { useRef, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { refreshAll } from '../session/api.js';
import { Dialog } from './dialog.js';
import { shownPaths, showRefusal, type FieldOf } from './form-refusal.js';
import { Icon } from './icons.js';
import { notifyDone } from './notify.js';
import { Refusal } from './refusal.js';
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
  const navigate = useNavigate();
  // The same for every attempt with the same content: a lost answer does not become a second object.
  const attempt = useRef({ content: '', key: '' });
  const place = (names: FieldOf) => (error: unknown) => {
    if (showRefusal(form, error, names).length === 0) plugin.focus(error);
  };
  const testing = useMutation({ mutationFn: test, onError: place(fieldOfTest) });
  const saving = useMutation({
    mutationFn: (values: V) => {
      const content = JSON.stringify([values, plugin.input()]);
      if (attempt.current.content !== content) attempt.current = { content, key: newIdempotencyKey() };
      return save(values, attempt.current.key);
    },
    onSuccess: async ({ to, message }) => {
      notifyDone(message);
      await refreshAll();
      await navigate(to);
    },
    onError: place(fieldOf),
  });
  // The page shows the fault of what was done last.
  const begin = (other: { reset: () => void }, next: () => void) => {
    other.reset();
    next();
  };
  const error = saving.error ?? testing.error;
  return (
    <form onSubmit={form.onSubmit((values) => begin(testing, () => saving.mutate(values)))} noValidate>
      <Stack maw={760}>
        <Refusal error={error} shown={[...shownPaths(error, saving.error === null ? fieldOfTest : fieldOf), ...plugin.shown(error)]} />
        <Paper withBorder p="lg" component="section" aria-label={kind}>
          <Stack>
            {fields}
            {plugin.fields(error)}
            {more}
          </Stack>
        </Paper>
        <Paper withBorder p="lg" component="section" aria-label="Test">
          <Stack>
            <Title order={2}>Test</Title>
            {probe}
            <Group>
              <Button
                variant="default"
                leftSection={<Icon name="refresh" />}
                loading={testing.isPending}
                disabled={!isTestable}
                onClick={() => begin(saving, () => testing.mutate(form.values))}
              >
                {testTitle}
              </Button>
            </Group>
            {testing.data !== undefined && report(testing.data)}
          </Stack>
        </Paper>
        <Group>
          <Button type="submit" loading={saving.isPending}>
            {submit}
          </Button>
          <Anchor component={Link} to={parent} size="sm">
            Cancel
          </Anchor>
        </Group>
      </Stack>
    </form>
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
