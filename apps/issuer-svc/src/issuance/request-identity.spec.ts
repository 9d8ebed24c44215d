import { describe, expect, it } from '@jest/globals';
import { aPrincipal } from '@sifaka/testing';
import { assertSameRequest, requestIdentity } from './request-identity.js';

const caller = aPrincipal();
const identity = (content: object, requestKey: string | null = 'a') => requestIdentity(caller, { requestKey, ownerRoleId: 1, destinationIds: [], notificationIds: [], ...content });

describe('the identity of a request', () => {
  it('is none without a key', () => {
    expect(identity({}, null)).toBeNull();
  });

  it('is that of one caller', () => {
    expect(requestIdentity(aPrincipal({ userId: 7 }), { requestKey: 'a', ownerRoleId: 1, destinationIds: [], notificationIds: [] })?.key).not.toBe(identity({})?.key);
  });

  it('is what is asked for, in any order, whatever role the owner was given', () => {
    const [first, second, other] = [identity({ a: 1, b: { c: 2, d: [3] } }), identity({ b: { d: [3], c: 2 }, a: 1, ownerRoleId: 9 }), identity({ a: 2, b: { c: 2, d: [3] } })];
    expect(second).toEqual(first);
    expect(other?.key).toBe(first?.key);
    expect(other?.contentHash).not.toBe(first?.contentHash);
  });

  it('is another with other destinations, in whatever order, and none are nothing that was asked for', () => {
    const hash = (...destinationIds: number[]) => identity({ destinationIds })?.contentHash;
    expect(hash(2, 1)).toBe(hash(1, 2));
    expect(hash(1)).not.toBe(hash());
    // SHA-256 of `{}`: as before requests had destinations.
    expect(hash()).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });

  it('is taken on trust where none was stored', () => {
    expect(() => assertSameRequest({ key: 'a', contentHash: 'b' }, { contentHash: null })).not.toThrow();
    expect(() => assertSameRequest({ key: 'a', contentHash: 'b' }, { contentHash: 'c' })).toThrow(expect.objectContaining({ code: 'conflict' }));
  });
});
