import { AppError } from '@sifaka/kernel';

/** How a column sorts and what a filter on it means: text is searched, the rest is compared. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'timestamp';

/** A column that clients may sort and filter by. */
export interface Column {
  /** `c.not_after`; with an index on it and the id, sorting and paging are a walk along that index. */
  readonly sql: string;
  readonly type: ColumnType;
  /** Whether it may be null: nulls come last, whichever way the rest is sorted. */
  readonly isNullable: boolean;
}

/** Columns by their snake_case name. */
export type Columns = Readonly<Record<string, Column>>;

const of = (type: ColumnType) => (sql: string): Column => ({ sql, type, isNullable: false });

/** Columns that are never null; wrap in `nullable` those that may be. */
export const column = { text: of('text'), integer: of('integer'), boolean: of('boolean'), timestamp: of('timestamp') };

export const nullable = (of: Column): Column => ({ ...of, isNullable: true });

/** The column that a client means, in camelCase or snake_case; unknown and secret ones are refused alike. */
export function columnOf(columns: Columns, field: string): Column {
  const name = field.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  const found = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(columns).join(', ');
  throw new AppError('invalid_argument', `'${name.slice(0, 64)}' is not sortable or filterable; these are: ${known}`, { reason: 'listing.not_sortable' });
}
