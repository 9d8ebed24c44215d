import type { TaskArguments } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { JobDefinition } from './job.js';

/**
 * Arguments that a job understands, and all that it needs.
 *
 * @throws AppError `invalid_argument` that names the argument
 */
export function checkArguments({ name, task }: JobDefinition, given: TaskArguments): void {
  const takes: readonly string[] = task?.takes ?? [];
  const values = Object.entries<unknown>(given).filter(([, value]) => value !== undefined);
  for (const [argument] of values) {
    if (!takes.includes(argument)) throw refused(argument, `is no argument of ${name}: ${takes.length === 0 ? 'it takes none' : `it takes ${takes.join(', ')}`}`);
  }
  const missing = task?.requires.find((argument) => given[argument] === undefined);
  if (missing !== undefined) throw refused(missing, `is needed by ${name}: ${task?.summary ?? ''}`);
}

function refused(path: string, message: string): AppError {
  return new AppError('invalid_argument', `${path} ${message}`, { reason: 'task.argument', fields: [{ path, message }] });
}
