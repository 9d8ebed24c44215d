import { describe, expect, it } from '@jest/globals';
import type { TimelineEntry } from '@sifaka/contracts';
import { latestFirst, nextOf } from './compose-timeline.js';

const entry = (kind: TimelineEntry['kind'], state: TimelineEntry['state'], at: string | null): TimelineEntry => ({ at, kind, state, title: kind, detail: null, object: null });
const issued = entry('issued', 'done', '2026-01-01T00:00:00Z');
const renewal = entry('renewal', 'planned', '2026-03-01T00:00:00Z');
const expiry = entry('expiry', 'planned', '2026-03-31T00:00:00Z');

describe('a timeline', () => {
  it('begins with what is latest, and ends with what has no time', () => {
    const underWay = entry('renewal', 'planned', null);
    expect(latestFirst([issued, underWay, expiry])).toEqual([expiry, issued, underWay]);
  });

  it('says what is next: what is late first, then what is under way, then the earliest', () => {
    const late = entry('renewal', 'late', '2026-03-20T00:00:00Z');
    const underWay = entry('deployment', 'planned', null);
    expect(nextOf([expiry, renewal, issued])).toBe(renewal);
    expect(nextOf([expiry, underWay, renewal])).toBe(underWay);
    expect(nextOf([expiry, underWay, late, renewal])).toBe(late);
  });

  it('has the end of the certificate next where nothing else is, and nothing after that', () => {
    expect(nextOf([issued, expiry])).toBe(expiry);
    expect(nextOf([issued])).toBeNull();
    expect(nextOf([expiry, entry('notification', 'planned', null)])).toBe(expiry);
  });
});
