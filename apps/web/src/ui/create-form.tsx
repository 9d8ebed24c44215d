import { Anchor, Button, Group, Paper, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { newIdempotencyKey } from '@sifaka/api-client';
import { useMutation } from '@tanstack/react-query';
import { useRef, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { refreshAll } from '../session/api.js';
import { shownPaths, showRefusal, type FieldOf } from './form-refusal.js';
import { notifyDone } from './notify.js';
import { Refusal } from './refusal.js';
import type { PluginForm } from './use-plugin-form.js';

interface CreationSettings<V extends object> {
  form: UseFormReturnType<V>;
  fieldOf: FieldOf;
  /** The options of a plugin belong to it. */
  plugin?: PluginForm;
  /** @returns the page of what was made, and what is said */
  save: (values: V, idempotencyKey: string) => Promise<{ to: string; message: string }>;
}

/** Making what a page asks for, and how far that is. */
export interface Creation<V> {
  create: (values: V) => void;
  reset: () => void;
  isBusy: boolean;
  error: unknown;
  /** Refused paths that have their inputs on the page. */
  shown: readonly string[];
}

/** Makes what a page asks for, says so, and goes there. What the server refuses stands at its input. */
export function useCreation<V extends object>({ form, fieldOf, plugin, save }: CreationSettings<V>): Creation<V> {
  const navigate = useNavigate();
  // The same for every attempt with the same content: a lost answer does not become a second object.
  const attempt = useRef({ content: '', key: '' });
  const { mutate, reset, isPending, error } = useMutation({
    mutationFn: (values: V) => {
      const content = JSON.stringify([values, plugin?.input()]);
      if (attempt.current.content !== content) attempt.current = { content, key: newIdempotencyKey() };
      return save(values, attempt.current.key);
    },
    onSuccess: async ({ to, message }) => {
      notifyDone(message);
      await refreshAll();
      await navigate(to);
    },
    onError: (refusal) => {
      if (showRefusal(form, refusal, fieldOf).length === 0) plugin?.focus(refusal);
    },
  });
  return { create: mutate, reset, isBusy: isPending, error, shown: [...shownPaths(error, fieldOf), ...(plugin?.shown(error) ?? [])] };
}

interface CreateFormProps<V extends object> {
  form: UseFormReturnType<V>;
  creation: Creation<V>;
  /** Words of the button. */
  submit: string;
  /** Where one goes who thinks better of it. */
  parent: string;
  /** The whole form in one frame; without it its sections have their own. */
  isFramed?: boolean;
  children: ReactNode;
}

/** The form of a page on which something is made. */
export function CreateForm<V extends object>({ form, creation, submit, parent, isFramed = false, children }: CreateFormProps<V>) {
  const content = (
    <>
      <Refusal error={creation.error} shown={creation.shown} />
      {children}
      <Group>
        <Button type="submit" loading={creation.isBusy}>
          {submit}
        </Button>
        <Anchor component={Link} to={parent} size="sm">
          Cancel
        </Anchor>
      </Group>
    </>
  );
  return (
    <form onSubmit={form.onSubmit((values) => creation.create(values))} noValidate>
      {isFramed ? (
        <Paper withBorder p="lg" maw={760}>
          <Stack>{content}</Stack>
        </Paper>
      ) : (
        <Stack maw={760}>{content}</Stack>
      )}
    </form>
  );
}
