import { stringify } from 'yaml';

export const outputForms = ['table', 'json', 'yaml'] as const;
export type OutputForm = (typeof outputForms)[number];

/** A column of a table: its title and what stands in it. */
export type Columns<T> = Readonly<Record<string, (row: T) => unknown>>;

/** Rows as a person or a program reads them. The API's own objects go to programs, whole. */
export function listText<T>(form: OutputForm, rows: readonly T[], columns: Columns<T>, whole: unknown = rows): string {
  return form === 'table' ? tableOf(rows, columns) : structured(form, whole);
}

/** One object: each field on its line for a person. */
export function objectText<T>(form: OutputForm, object: T, fields: Columns<T>): string {
  if (form !== 'table') return structured(form, object);
  const lines = Object.entries(fields).map(([title, value]) => [title, cell(value(object))] as const);
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines
    .filter(([, value]) => value !== '')
    .map(([title, value]) => `${title.padEnd(width)}  ${value.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}\n`)
    .join('');
}

const structured = (form: 'json' | 'yaml', value: unknown): string =>
  form === 'json' ? `${JSON.stringify(value, null, 2)}\n` : stringify(value);

function tableOf<T>(rows: readonly T[], columns: Columns<T>): string {
  const titles = Object.keys(columns);
  const cells = rows.map((row) => Object.values(columns).map((value) => cell(value(row))));
  const widths = titles.map((title, index) => Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)));
  const line = (parts: readonly string[]) =>
    `${parts
      .map((part, index) => part.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()}\n`;
  return [titles.map((title) => title.toUpperCase()), ...cells].map(line).join('');
}

/** Control characters of a name must not steer the terminal that shows it. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?');
}
