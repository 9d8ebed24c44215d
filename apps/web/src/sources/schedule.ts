/** Schedules that most people want, by what the form holds. All times are UTC. */
export const presets = [
  { value: '', label: 'As the platform is configured' },
  { value: '7 * * * *', label: 'Every hour' },
  { value: '5 */3 * * *', label: 'Every three hours' },
  { value: '17 2 * * *', label: 'Every night at 02:17 UTC' },
  { value: '17 2 * * 0', label: 'On Sundays at 02:17 UTC' },
  { value: 'never', label: 'On request alone' },
  { value: 'other', label: 'Other times' },
];

export interface ScheduleForm {
  /** One of the presets. */
  preset: string;
  /** Five cron fields, for other times. */
  cron: string;
}

/** As the API takes it: undefined is the default, null on request alone. */
export function scheduleOf({ preset, cron }: ScheduleForm): string | null | undefined {
  if (preset === '') return undefined;
  if (preset === 'never') return null;
  return preset === 'other' ? cron.trim() : preset;
}

export function scheduleForm(schedule: string | null): ScheduleForm {
  if (schedule === null) return { preset: 'never', cron: '' };
  return presets.some(({ value }) => value === schedule) ? { preset: schedule, cron: schedule } : { preset: 'other', cron: schedule };
}

/** How a schedule reads in a list. */
export function scheduleText(schedule: string | null): string {
  if (schedule === null) return 'on request alone';
  return presets.find(({ value }) => value === schedule)?.label.toLowerCase().replace('utc', 'UTC') ?? `${schedule} (UTC)`;
}
