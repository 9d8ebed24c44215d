import { Checkbox, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { runTaskOperation, type TaskView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { sentence } from '../ui/refusal.js';
import { emptyRun, fieldsOf, missingOf, requestOf, runFields } from './run-request.js';

const fieldOf = byFirstPart(runFields);

/** Runs a task now. One that can say what it would do says so first, unless it is told otherwise. */
export function RunDialog({ task: { name, summary }, close }: { task: TaskView; close: () => void }) {
  const { takes, requires } = fieldsOf(name);
  const form = useForm({ initialValues: emptyRun, validate: (values) => missingOf(values, requires) });
  return (
    <FormDialog
      title={`Run ${name}`}
      submit="Run now"
      done={`${name} runs now`}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={(values) => api.call(runTaskOperation, { params: { name }, body: requestOf(values, takes) })}
    >
      <Text size="sm">{summary === null ? 'Work of a service, which it also does by itself.' : `${sentence(summary)}.`}</Text>
      {takes.includes('label') && <TextInput label="Label" description="Of the source" required={requires.includes('label')} {...form.getInputProps('label')} />}
      {takes.includes('id') && <TextInput label="Id" description="Of the pending certificate" inputMode="numeric" required={requires.includes('id')} {...form.getInputProps('id')} />}
      {takes.includes('region') && <TextInput label="Region" description="Only endpoints whose DNS name contains it, or that lie in it" placeholder="eu-west-1" {...form.getInputProps('region')} />}
      {takes.includes('dryRun') && <Checkbox label="Only report what would be done" description="The report stands in the list when it has run" {...form.getInputProps('dryRun', { type: 'checkbox' })} />}
    </FormDialog>
  );
}
