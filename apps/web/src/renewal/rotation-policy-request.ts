import type { RequestOf } from '@sifaka/api-client';
import type { RotationPolicyRecord, updateRotationPolicyOperation } from '@sifaka/contracts';
import { byFirstPart } from '../ui/form-refusal.js';

/** What the form holds: numbers are text while they are typed. */
export interface PolicyForm {
  name: string;
  kind: 'time' | 'fraction';
  days: string | number;
  hours: string | number;
  /** Of the lifetime, in percent. */
  percent: string | number;
}

export const emptyPolicy: PolicyForm = { name: '', kind: 'time', days: 30, hours: 0, percent: 33 };

export const fieldOf = byFirstPart(['name', 'days', 'hours', 'percent'], { lifetimeFraction: 'percent' });

export const formOf = ({ name, days, hours, lifetimeFraction }: RotationPolicyRecord): PolicyForm => ({
  name,
  kind: lifetimeFraction === null ? 'time' : 'fraction',
  days,
  hours,
  percent: lifetimeFraction === null ? emptyPolicy.percent : Math.round(lifetimeFraction * 10_000) / 100,
});

/** A policy counts by time or by a fraction: the other half of the form is not sent. */
export function requestOf({ name, kind, days, hours, percent }: PolicyForm): RequestOf<typeof updateRotationPolicyOperation>['body'] {
  const trimmed = name.trim();
  if (kind === 'fraction') return { name: trimmed, days: 0, hours: 0, lifetimeFraction: Math.round(Number(percent) * 100) / 10_000 };
  return { name: trimmed, days: Number(days), hours: Number(hours), lifetimeFraction: null };
}
