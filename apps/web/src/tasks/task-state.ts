import { findTask, type TaskView } from '@sifaka/contracts';
import type { StateWords } from '../ui/badges.js';

type Stand = Pick<TaskView, 'isRunning' | 'isEnabled' | 'lastError' | 'isDryRun' | 'lastSuccessAt' | 'lastStartedAt'>;

/** One or two words for where a task stands. */
export function stateOf({ isRunning, isEnabled, lastError, isDryRun, lastSuccessAt, lastStartedAt }: Stand): StateWords {
  if (isRunning) return { word: 'running', color: 'blue' };
  if (lastError !== null) return { word: 'failed', color: 'red' };
  if (!isEnabled) return { word: 'switched off', color: 'gray' };
  if (isDryRun) return { word: 'dry run', color: 'gray' };
  if (lastSuccessAt !== null) return { word: 'succeeded', color: 'teal' };
  return lastStartedAt === null ? { word: 'never ran', color: 'gray' } : { word: 'cut off', color: 'orange' };
}

export const kinds = [
  { value: '', label: 'Tasks' },
  { value: 'jobs', label: 'Work of the services' },
  { value: 'failed', label: 'What failed' },
];

/** Tasks of the catalogue, and the work that services do for themselves; of both what failed. */
export function grouped(items: readonly TaskView[], text: string, kind: string): { tasks: TaskView[]; jobs: TaskView[] } {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const found = items.filter(({ name, summary, service }) => words.every((word) => `${name} ${summary ?? ''} ${service}`.toLowerCase().includes(word)));
  const isTask = ({ name }: TaskView): boolean => findTask(name)?.name === name;
  const failed = kind === 'failed' ? found.filter(({ lastError }) => lastError !== null) : found;
  return { tasks: kind === 'jobs' ? [] : failed.filter(isTask), jobs: kind === '' ? [] : failed.filter((item) => !isTask(item)) };
}

const days = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];

/** A schedule of five cron fields as it reads, where it is a simple one; all times are UTC. */
export function cronText(cron: string | null): string {
  if (cron === null) return 'on request alone';
  const [minute = '', hour = '', day, month, weekday = ''] = cron.split(' ');
  if (day !== '*' || month !== '*') return `${cron} (UTC)`;
  const each = (field: string): string | null => /^\*\/(\d+)$/.exec(field)?.[1] ?? null;
  const isNumber = (field: string): boolean => /^\d+$/.test(field);
  if (weekday === '*' && hour === '*' && minute === '*') return 'every minute';
  if (weekday === '*' && hour === '*' && each(minute) !== null) return `every ${each(minute)} minutes`;
  if (weekday === '*' && hour === '*' && isNumber(minute)) return `every hour at :${minute.padStart(2, '0')}`;
  if (weekday === '*' && each(hour) !== null && isNumber(minute)) return `every ${each(hour)} hours at :${minute.padStart(2, '0')}`;
  if (!isNumber(minute) || !/^\d+(,\d+)*$/.test(hour)) return `${cron} (UTC)`;
  const times = hour.split(',').map((each) => `${each.padStart(2, '0')}:${minute.padStart(2, '0')}`);
  const when = weekday === '*' ? 'daily' : isNumber(weekday) ? `on ${days[Number(weekday) % 7] ?? ''}` : null;
  return when === null ? `${cron} (UTC)` : `${when} at ${times.join(' and ')} UTC`;
}
