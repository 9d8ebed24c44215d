import { expect, it } from '@jest/globals';
import type { TaskReport } from '@sifaka/contracts';
import { partsOf } from './task-report.js';

it('reads as what it counts and what it lists', () => {
  const report: TaskReport = {
    dryRun: true,
    wouldRenew: 2,
    skipped: [],
    regions: ['eu', 'us'],
    byState: { renewed: 1, failed: 0 },
    certificates: [
      { id: 1, name: 'shop', reason: null },
      { id: 2, name: 'mail', names: ['a', 'b'] },
    ],
  };
  expect(partsOf(report)).toEqual({
    facts: [
      { name: 'dryRun', value: 'yes' },
      { name: 'wouldRenew', value: '2' },
      { name: 'skipped', value: 'none' },
      { name: 'regions', value: 'eu, us' },
      { name: 'byState renewed', value: '1' },
      { name: 'byState failed', value: '0' },
    ],
    tables: [
      {
        name: 'certificates',
        columns: ['id', 'name', 'reason', 'names'],
        rows: [
          ['1', 'shop', '', ''],
          ['2', 'mail', '', 'a, b'],
        ],
      },
    ],
  });
});
