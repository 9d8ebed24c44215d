import { useQuery } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { Page } from './page.js';
import { Loaded } from './states.js';

interface ObjectPageProps<T> {
  /** What it is called in the keys of queries. */
  of: string;
  /** Of the kind, until the name of this one is known. */
  title: string;
  parent: { title: string; to: string };
  load: (id: number, signal: AbortSignal) => Promise<T>;
  /** How often it is read again, in milliseconds, for what changes by itself. */
  refreshMs?: (data: T | undefined) => number | false;
  children: (data: T) => ReactNode;
}

/** The page of the object whose id stands in the address. It has its own heading as soon as the object has been read. */
export function ObjectPage<T>({ of, title, parent, load, refreshMs = () => false, children }: ObjectPageProps<T>) {
  const id = Number(useParams().id);
  const query = useQuery({ queryKey: [of, id], queryFn: ({ signal }) => load(id, signal), refetchInterval: ({ state }) => refreshMs(state.data) });
  // Nothing that was typed or opened for one object stays for the next.
  if (query.data !== undefined) return <Fragment key={id}>{children(query.data)}</Fragment>;
  return (
    <Page title={title} parent={parent}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}
