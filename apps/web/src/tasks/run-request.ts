import type { RequestOf } from '@sifaka/api-client';
import { findTask, type runTaskOperation } from '@sifaka/contracts';

/** What the form holds: text as typed. */
export interface RunForm {
  dryRun: boolean;
  region: string;
  label: string;
  id: string;
}

export const emptyRun: RunForm = { dryRun: true, region: '', label: '', id: '' };

export const runFields = ['dryRun', 'region', 'label', 'id'] as const;
export type RunField = (typeof runFields)[number];

/** What a task can be told, and what it cannot do without. A job of a service takes nothing. */
export function fieldsOf(name: string): { takes: readonly RunField[]; requires: readonly RunField[] } {
  const task = findTask(name);
  return task?.name === name ? { takes: task.takes, requires: task.requires } : { takes: [], requires: [] };
}

type RunBody = NonNullable<RequestOf<typeof runTaskOperation>['body']>;

/** What was left empty, and what the task does not take, is left out. */
export function requestOf(form: RunForm, takes: readonly RunField[]): RunBody {
  const has = (field: RunField) => takes.includes(field);
  return {
    ...(has('dryRun') && { dryRun: form.dryRun }),
    ...(has('region') && form.region.trim() !== '' && { region: form.region.trim() }),
    ...(has('label') && form.label.trim() !== '' && { label: form.label.trim() }),
    ...(has('id') && form.id.trim() !== '' && { id: form.id.trim() }),
  };
}

/** What is missing, by field. */
export function missingOf(form: RunForm, requires: readonly RunField[]): Partial<Record<RunField, string>> {
  return Object.fromEntries(requires.filter((field) => form[field] === '' || (typeof form[field] === 'string' && form[field].trim() === '')).map((field) => [field, 'Is needed']));
}
