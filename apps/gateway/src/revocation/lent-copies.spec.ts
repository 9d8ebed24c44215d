import { describe, expect, it } from '@jest/globals';
import { LentCopies } from './lent-copies.js';

describe('lists that are being sent', () => {
  it('are counted once for all who read them, and have so much memory together', () => {
    const lent = new LentCopies(100);
    const [first, second, third] = [Buffer.alloc(60), Buffer.alloc(40), Buffer.alloc(1)];
    const back = [lent.lend(first), lent.lend(first), lent.lend(second)];
    expect(() => lent.lend(third)).toThrow(expect.objectContaining({ code: 'unavailable', reason: 'crl.busy' }));
    back[0]?.();
    back[0]?.();
    expect(() => lent.lend(third)).toThrow();
    lent.lend(first)();
    back[1]?.();
    lent.lend(third);
  });

  it('may be one that is longer than all of it', () => {
    const lent = new LentCopies(100);
    const back = lent.lend(Buffer.alloc(500));
    expect(() => lent.lend(Buffer.alloc(1))).toThrow();
    back();
    lent.lend(Buffer.alloc(1));
  });
});
