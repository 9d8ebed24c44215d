import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './cursor.js';

describe('cursor', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ maxLength: 200, unit: 'grapheme' })),
        fc.integer({ min: 1 }),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.nat(),
        (value, id, dir, total) => {
          const cursor = { by: 'name', dir, value, id, total };
          expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
        },
      ),
    );
  });

  it('is refused, and never breaks anything, when it is somebody’s invention', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text)).toThrow(expect.objectContaining({ code: 'invalid_argument', reason: 'listing.bad_cursor' }));
      }),
    );
  });
});
