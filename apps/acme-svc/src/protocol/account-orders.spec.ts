import { describe, expect, it } from '@jest/globals';
import { listOrders } from './account-orders.js';

const account = 'https://ca.test/account/1';

describe('the orders of an account', () => {
  it('are read from page to page, and the latest kept, until it has been enough', async () => {
    let pages = 0;
    const found = await listOrders(account, (url) => {
      if (url === account) return answer(url, { orders: 'https://ca.test/orders' });
      const page = ++pages;
      const orders = Array.from({ length: 30 }, (_, index) => `https://ca.test/order/${page}-${index}`);
      return answer(url, { orders }, `<https://ca.test/orders?cursor=${page}>;rel="next"`);
    });
    expect(pages).toBe(200);
    expect(found).toHaveLength(2_000);
    expect(found.at(-1)).toBe('https://ca.test/order/200-29');
  });

  it('are none where the CA lists none', async () => {
    expect(await listOrders(account, (url) => answer(url, {}))).toEqual([]);
  });
});

function answer(url: string, body: object, link?: string) {
  return Promise.resolve({ url, status: 200, headers: new Headers(link === undefined ? {} : { link }), body: Buffer.from(JSON.stringify(body)) });
}
