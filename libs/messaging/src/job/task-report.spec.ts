import { describe, expect, it } from '@jest/globals';
import { keptReport } from './task-report.js';

describe('a report that is kept', () => {
  it('is as it was given', () => {
    expect(keptReport({ removed: 3, names: ['a', 'b'], dryRun: true })).toEqual({ removed: 3, names: ['a', 'b'], dryRun: true });
    expect(keptReport(undefined)).toEqual({});
  });

  it('has no characters that no database holds', () => {
    expect(keptReport({ name: 'a\0b', half: '\ud83d' })).toEqual({ name: 'ab', half: '\ufffd' });
  });

  it('keeps the counts alone when it is a whole inventory', () => {
    const names = Array.from({ length: 5_000 }, (_, id) => `certificate-${id}`);
    expect(keptReport({ removed: 5_000, names })).toEqual({ removed: 5_000, isShortened: true });
  });
});
