import type { RequestOf } from '@sifaka/api-client';
import type { SourceView, updateSourceOperation } from '@sifaka/contracts';
import { emptyOptioned, fieldOfOptioned, formOfOptioned, requestOfOptioned, type OptionedForm } from '../ui/optioned.js';
import { pluginInput, valuesOf } from '../ui/plugin-input.js';
import { scheduleForm, scheduleOf, type ScheduleForm } from './schedule.js';

export interface SourceForm extends OptionedForm, ScheduleForm {
  active: boolean;
  /** Empty: whoever makes it, or as it was. */
  owner: string;
}

export const emptySource: SourceForm = { ...emptyOptioned, preset: '', cron: '', active: true, owner: '' };

const named = fieldOfOptioned(['preset', 'cron', 'active', 'owner']);

/** What is wrong with a schedule stands where it is typed. */
export const fieldOf = (path: string): string | null => (path === 'schedule' ? 'cron' : named(path));

type SourceBody = RequestOf<typeof updateSourceOperation>['body'];

export function requestOf({ active, owner, preset, cron, ...form }: SourceForm, plugin: SourceBody['plugin']): SourceBody {
  const schedule = scheduleOf({ preset, cron });
  return {
    ...requestOfOptioned(form, plugin),
    active,
    ...(schedule !== undefined && { schedule }),
    ...(owner.trim() !== '' && { owner: owner.trim() }),
  };
}

export const formOf = (source: SourceView): SourceForm => ({
  ...formOfOptioned(source),
  active: source.active,
  owner: source.owner,
  ...scheduleForm(source.schedule),
});

/** A source as it is, but for the switch: the operation replaces. */
export function switched(source: SourceView, active: boolean): SourceBody {
  const kept = valuesOf(source.options);
  return requestOf({ ...formOf(source), active }, pluginInput(source.plugin.slug, source.options, kept, { kept }));
}
