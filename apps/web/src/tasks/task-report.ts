import type { TaskReport } from '@sifaka/contracts';

type Json = TaskReport[string];

export interface ReportTable {
  name: string;
  columns: string[];
  rows: string[][];
}

interface ReportParts {
  /** Plain values, and lists of them. */
  facts: { name: string; value: string }[];
  /** Lists of things, one a row. */
  tables: ReportTable[];
}

/** A report as people read it: what it counts, and what it lists. Its form is each task's own. */
export function partsOf(report: TaskReport): ReportParts {
  const parts: ReportParts = { facts: [], tables: [] };
  for (const [name, value] of Object.entries(report)) {
    const objects = Array.isArray(value) ? value.filter(isObject) : [];
    if (objects.length > 0) parts.tables.push(tableOf(name, objects));
    else if (isObject(value)) parts.facts.push(...Object.entries(value).map(([inner, one]) => ({ name: `${name} ${inner}`, value: textOf(one) })));
    else parts.facts.push({ name, value: textOf(value) });
  }
  return parts;
}

function tableOf(name: string, objects: readonly Readonly<Record<string, Json>>[]): ReportTable {
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return { name, columns, rows: objects.map((object) => columns.map((column) => textOf(object[column] ?? null))) };
}

function textOf(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(textOf).join(', ');
  return isObject(value) ? Object.entries(value).map(([name, one]) => `${name}: ${textOf(one)}`).join(', ') : String(value);
}

const isObject = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);
