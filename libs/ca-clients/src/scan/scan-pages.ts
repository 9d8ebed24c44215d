import type { Finding, ScanRequest } from '@sifaka/plugin-sdk';
import { fault, faultOf, isFinal } from './found.js';
import type { Patience } from './patience.js';

export interface ListedPage<Item> {
  items: readonly Item[];
  /** Where the page after it begins; null behind the last. */
  next: string | null;
}

/** A list that a CA hands out page by page. One of these a scan. */
export interface PagedList<Item> {
  first: string;
  /** Of the page, as a person would say it: "page 3 of the orders". */
  nameOf(cursor: string): string;
  read(cursor: string): Promise<ListedPage<Item>>;
  /** Where the page behind one that could not be read begins, as far as the pages before it told; null behind the last. */
  behind(cursor: string): string | null;
  labelOf(item: Item): string;
  /** @param ask to ask the CA with */
  find(item: Item, ask: Ask): Promise<Finding | null>;
}

export type Ask = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

/** Certificates that are asked for at once. */
const together = 4;

/** One after the other: then the list as such cannot be had. */
const maxFailedPages = 3;

/**
 * Everything in the list, a checkpoint behind each page. A page that cannot be read, also after a while, is a fault that hides everything
 * and the others go on; the first page, and refused credentials, are faults of the whole run.
 */
export async function* scanPages<Item>(list: PagedList<Item>, patience: Patience, { resumeAfter, signal }: ScanRequest): AsyncGenerator<Finding> {
  const ask: Ask = (call) => patience.ask(call, signal);
  let isFirst = true;
  let failed = 0;
  for (let cursor: string | null = resumeAfter ?? list.first; cursor !== null; isFirst = false) {
    const at: string = cursor;
    try {
      const page: ListedPage<Item> = await ask(() => list.read(at));
      failed = 0;
      yield* findEach(page.items, list, ask, signal);
      cursor = page.next;
    } catch (error) {
      signal.throwIfAborted();
      failed += 1;
      if (isFirst || isFinal(error) || failed >= maxFailedPages) throw error;
      yield fault(list.nameOf(at), error instanceof Error ? error.message : 'cannot be read', 'everything');
      cursor = list.behind(at);
    }
    if (cursor !== null) yield { kind: 'checkpoint', cursor };
  }
}

async function* findEach<Item>(items: readonly Item[], list: PagedList<Item>, ask: Ask, signal: AbortSignal): AsyncGenerator<Finding> {
  for (let from = 0; from < items.length; from += together) {
    signal.throwIfAborted();
    yield* await findTogether(items.slice(from, from + together), { labelOf: (item) => list.labelOf(item), find: (item) => list.find(item, ask) });
  }
}

/** A few at once, in their order. One that fails is a fault; a refused login, or a place that lets nobody ask any more, is one of all. */
export async function findTogether<Item>(items: readonly Item[], { labelOf, find }: { labelOf: (item: Item) => string; find: (item: Item) => Promise<Finding | null> }): Promise<Finding[]> {
  const findings = await Promise.allSettled(items.map(find));
  return findings.flatMap((finding, index) => {
    const item = items[index];
    if (finding.status === 'fulfilled') return finding.value === null ? [] : [finding.value];
    if (isFinal(finding.reason) || item === undefined) throw finding.reason;
    return [faultOf(labelOf(item), finding.reason)];
  });
}
