import { expect, it } from '@jest/globals';
import { goingOf, requestOf } from './clean-request.js';

it('asks for days only where they count', () => {
  expect(requestOf({ selection: 'expired', days: 30 }, true)).toEqual({ selection: 'expired', dryRun: true });
  expect(requestOf({ selection: 'expiring', days: '14' }, false)).toEqual({ selection: 'expiring', days: 14, dryRun: false });
});

it('counts what would go, and not what stays', () => {
  const certificate = { id: 1, name: 'shop', owner: 'team@shop.test', notAfter: '2026-06-01T12:00:00Z', detail: null };
  expect(goingOf({ certificates: [{ ...certificate, outcome: 'would_be_removed' }, { ...certificate, outcome: 'kept' }] })).toBe(1);
});
