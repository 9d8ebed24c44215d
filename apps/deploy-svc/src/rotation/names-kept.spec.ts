import { describe, expect, it } from '@jest/globals';
import { isForAny, namesLost } from './names-kept.js';

describe('names of an endpoint', () => {
  it('are lost when the old certificate alone was for them; case and wildcards count as for clients', () => {
    const reachedAs = ['shop-1.elb.test', 'www.Shop.test', 'api.shop.test', '192.0.2.7'];
    expect(namesLost(reachedAs, ['*.shop.test', '192.0.2.7'], ['WWW.shop.test'])).toEqual(['api.shop.test', '192.0.2.7']);
    expect(namesLost(reachedAs, ['www.shop.test'], ['*.SHOP.test'])).toEqual([]);
  });

  it('are covered by a wildcard for one label only', () => {
    expect(isForAny(['a.b.shop.test'], ['*.shop.test'])).toBe(false);
    expect(isForAny(['shop.test'], ['*.shop.test'])).toBe(false);
    expect(isForAny(['elsewhere.test', 'a.shop.test'], ['*.shop.test'])).toBe(true);
  });
});
