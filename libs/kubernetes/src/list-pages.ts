import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { KubernetesApi } from './kubernetes-api.js';
import { statusOf, type Need } from './status.js';

export interface ListTerms {
  path: string;
  query: Readonly<Record<string, string>>;
  /** Objects in one answer. */
  limit: number;
  need: Need;
  /** Token of the page to begin with; null: the first. */
  continueAfter: string | null;
}

export interface Page {
  /** As they came: one that is strange spoils no other. */
  items: unknown[];
  /** Token of the next page; null: this was the last. */
  next: string | null;
}

/** Lists that grow while they are read still end. */
const maxPages = 20_000;

/** A list that expires again and again is given up. */
const maxRestarts = 3;

const List = z.object({ metadata: z.object({ continue: z.string().optional() }).optional(), items: z.array(z.unknown()).nullable() });

/**
 * All objects, page by page (kubernetes.io/docs/reference/using-api/api-concepts, "Retrieving large results sets in chunks"). A token that
 * has expired (410) is exchanged for the one that comes with the refusal, or the list begins anew: objects may then come twice, and none is missed.
 *
 * @throws AppError as `KubernetesApi.send`, and `upstream_failed` for a list without an end
 */
export async function* listPages(api: KubernetesApi, { path, query, limit, need, continueAfter }: ListTerms): AsyncIterable<Page> {
  let token = continueAfter;
  let restarts = 0;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const answer = await api.send(path, { query: { ...query, limit, ...(token !== null && { continue: token }) }, need, accepts: [410] });
    if (answer.status === 410) {
      if ((restarts += 1) > maxRestarts) throw endless(need);
      token = statusOf(answer.body)?.metadata?.continue ?? null;
      continue;
    }
    const { metadata, items } = await api.parse(List, answer, path);
    const next = metadata?.continue === undefined || metadata.continue === '' ? null : metadata.continue;
    yield { items: items ?? [], next };
    if (next === null) return;
    token = next;
  }
  throw endless(need);
}

const endless = ({ resource }: Need): AppError => new AppError('upstream_failed', `the list of ${resource} changes faster than it can be read`, { reason: 'kubernetes.endless' });
