import { describe, expect, it } from '@jest/globals';
import { fittingPage } from './page.js';

const pageOf = (nextCursor: string | null) => ({ total: 99, nextCursor, cursorBehind: (id: number) => `behind ${id}` });
const row = (id: number, chars: number) => ({ id, text: 'x'.repeat(chars) });

describe('fittingPage', () => {
  it('keeps a page that fits one message', () => {
    const rows = [row(1, 1_000), row(2, 1_000)];
    expect(fittingPage(pageOf('next'), rows)).toEqual({ items: rows, total: 99, nextCursor: 'next' });
  });

  it('cuts a page before the record that no longer fits, and reads on behind the last that does', () => {
    const rows = [row(7, 150_000), row(5, 150_000), row(3, 150_000)];
    expect(fittingPage(pageOf(null), rows)).toEqual({ items: rows.slice(0, 2), total: 99, nextCursor: 'behind 5' });
  });

  it('answers one record whatever it weighs', () => {
    const rows = [row(1, 900_000), row(2, 10)];
    expect(fittingPage(pageOf(null), rows)).toEqual({ items: [rows[0]], total: 99, nextCursor: 'behind 1' });
  });
});
