import { z } from 'zod';
import { parseAnswer, type Answer } from './answer.js';
import { linksOf } from './link-header.js';

/** RFC 8555 section 7.1.2: most CAs leave the list out. */
const AccountWithOrders = z.object({ orders: z.string().max(2_048).optional().catch(undefined) });
const OrderList = z.object({ orders: z.array(z.string().max(2_048)).max(10_000) });

/** An account that has more is not searched to its end. The latest orders come last, and pages may hold no more than three. */
const mostPages = 200;
const longestMs = 15_000;
const mostUrls = 2_000;

/**
 * Addresses of an account's orders that its CA lists (RFC 8555 section 7.1.2.1), the last 2,000 that are found within 200 pages and 15
 * seconds; empty for a CA that lists none.
 *
 * @param get a signed POST-as-GET
 */
export async function listOrders(accountUrl: string, get: (url: string) => Promise<Answer>): Promise<string[]> {
  const { orders: first } = parseAnswer(AccountWithOrders, await get(accountUrl), 'an account');
  const found: string[] = [];
  let next = first;
  const startedAt = performance.now();
  for (let page = 0; next !== undefined && page < mostPages && performance.now() - startedAt < longestMs; page += 1) {
    const answer = await get(new URL(next, accountUrl).href);
    found.push(...parseAnswer(OrderList, answer, 'a list of orders').orders);
    next = linksOf(answer.headers.get('link'), 'next', answer.url)[0];
  }
  return found.slice(-mostUrls);
}
