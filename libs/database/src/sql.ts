/** A statement with a name is prepared once per connection: use it for constant texts on hot paths. */
export interface NamedStatement {
  /** Unique per text within the service, at most 63 characters. */
  readonly name: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** What can run SQL: the pool, or one transaction. */
export interface Sql {
  query<R = Record<string, unknown>>(statement: string | NamedStatement, params?: readonly unknown[]): Promise<R[]>;
}
