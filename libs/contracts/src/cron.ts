/**
 * What is wrong with five cron fields (minute, hour, day of month, month, day of week; UTC); null when nothing is. A field is a list of
 * numbers, ranges `a-b`, `*` and steps of it.
 */
export function cronFault(text: string): string | null {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) return 'it has five fields (minute, hour, day of month, month, day of week), such as 5 */3 * * *';
  for (const [index, field] of fields.entries()) {
    const fault = fieldFault(parts[index] ?? '', field);
    if (fault !== null) return fault;
  }
  return null;
}

interface Field {
  name: string;
  from: number;
  to: number;
}

const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  // Sunday is 0, and 7 as well.
  { name: 'day of week', from: 0, to: 7 },
];

function fieldFault(text: string, field: Field): string | null {
  for (const part of text.split(',')) {
    const fault = partFault(part, field);
    if (fault !== null) return fault;
  }
  return null;
}

function partFault(part: string, { name, from, to }: Field): string | null {
  const step = /^\*(?:\/(\d{1,4}))?$/.exec(part);
  if (step !== null) return step[1] === undefined || Number(step[1]) >= 1 ? null : `${name} "${part}": steps are 1 or more`;
  const numbers = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part);
  if (numbers === null) return `${name} "${part.slice(0, 32)}" is neither a number, a range such as 1-5, * nor */n`;
  const [first, last] = [Number(numbers[1]), Number(numbers[2] ?? numbers[1])];
  if (first < from || last > to) return `${name} "${part}" is beyond ${from}-${to}`;
  return numbers[2] !== undefined && last <= first ? `${name} "${part}" does not go up` : null;
}
