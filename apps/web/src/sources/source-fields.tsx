import { NativeSelect, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { presets } from './schedule.js';
import type { SourceForm } from './source-request.js';

/** When a source is looked at, and to whom belongs what is found there. */
export function SourceFields({ form, isKept = false }: { form: UseFormReturnType<SourceForm>; isKept?: boolean }) {
  const choices = presets.filter(({ value }) => value !== '' || !isKept);
  return (
    <>
      <NativeSelect label="Schedule" data={choices} {...form.getInputProps('preset')} />
      {(form.values.preset === 'other' || form.errors.cron !== undefined) && (
        <TextInput
          label="Times"
          description="Five cron fields in UTC: minute, hour, day of the month, month, day of the week"
          placeholder="30 4 * * 1-5"
          {...form.getInputProps('cron')}
        />
      )}
      <Switch label="Active" description="An inactive one is looked at on request alone" {...form.getInputProps('active', { type: 'checkbox' })} />
      <TextInput
        label="Owner"
        description={`E-mail address of the team that answers for what is found there${isKept ? '' : '; yours when left empty'}`}
        type="email"
        {...form.getInputProps('owner')}
      />
    </>
  );
}
