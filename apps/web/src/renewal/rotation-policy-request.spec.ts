import { expect, it } from '@jest/globals';
import { RotationPolicyInput } from '@sifaka/contracts';
import { emptyPolicy, fieldOf, formOf, requestOf } from './rotation-policy-request.js';

it('counts by time or by a fraction, and never by both', () => {
  expect(requestOf({ ...emptyPolicy, name: ' quarterly ', days: '45' })).toEqual({ name: 'quarterly', days: 45, hours: 0, lifetimeFraction: null });
  expect(requestOf({ ...emptyPolicy, name: 'short', kind: 'fraction', percent: 40 })).toEqual({ name: 'short', days: 0, hours: 0, lifetimeFraction: 0.4 });
});

it('shows a policy as it is, and asks for the same again', () => {
  const policy = { id: 1, name: 'third', days: 0, hours: 0, lifetimeFraction: 0.333, certificateCount: 4 };
  expect(formOf(policy)).toMatchObject({ kind: 'fraction', percent: 33.3 });
  expect(RotationPolicyInput.parse(requestOf(formOf(policy)))).toMatchObject({ name: 'third', lifetimeFraction: 0.333 });
});

it('finds the input of a refused path', () => {
  expect(fieldOf('lifetimeFraction')).toBe('percent');
  expect(fieldOf('days')).toBe('days');
});
