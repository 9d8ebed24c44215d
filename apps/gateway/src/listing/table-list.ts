import type { Window } from '@sifaka/contracts';
import { Conditions, filterByText, listPage, type ListSource, type Page, type Sql } from '@sifaka/database';

export interface ListRequest {
  window: Window;
  /** `field;value` */
  filter?: string | null;
  ids?: readonly number[] | null;
}

export type Listed<R> = Pick<Page<R>, 'rows' | 'total' | 'nextCursor'>;

/**
 * One page of a table by Lemur's list parameters (rest-api §1.5), or from a cursor on.
 *
 * @param conditions the caller's own; those of the request join them
 * @throws AppError invalid_argument for a column that cannot be sorted or filtered, and for a value of the wrong type.
 */
export function listTable<R>(sql: Sql, table: ListSource, request: ListRequest, conditions: Conditions = new Conditions()): Promise<Listed<R>> {
  const { ids, filter, window } = request;
  if (ids !== undefined && ids !== null) conditions.add(`${table.id} = any(?::int[])`, ids);
  filterByText(conditions, table.columns, filter);
  return listPage<R>(sql, table, conditions, window);
}
