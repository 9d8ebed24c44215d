import type { ReactNode } from 'react';
import { Page } from './page.js';
import { Loaded } from './states.js';

interface ObjectPageProps<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** Of the kind, until the name of this one is known. */
  title: string;
  parent: { title: string; to: string };
  children: (data: T) => ReactNode;
}

/** The page of one object, which has its own heading as soon as the object has been read. */
export function ObjectPage<T>({ query, title, parent, children }: ObjectPageProps<T>) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Page title={title} parent={parent}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}
