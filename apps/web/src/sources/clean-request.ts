import type { CleanReport, cleanSourceOperation } from '@sifaka/contracts';
import type { RequestOf } from '@sifaka/api-client';
import type { StateWords } from '../ui/badges.js';
import { byFirstPart } from '../ui/form-refusal.js';

/** What the form holds: numbers are text while they are typed. */
export interface CleanForm {
  selection: string;
  days: string | number;
}

export const selections = [
  { value: 'expired', label: 'Those that have expired' },
  { value: 'expiring', label: 'Those that end soon' },
  { value: 'issued', label: 'Those that were issued lately' },
];

export const fieldOf = byFirstPart(['selection', 'days']);

/** Expired ones need no number of days. */
export function requestOf({ selection, days }: CleanForm, dryRun: boolean): RequestOf<typeof cleanSourceOperation>['body'] {
  const chosen = selection === 'expiring' || selection === 'issued' ? selection : 'expired';
  return { selection: chosen, dryRun, ...(chosen !== 'expired' && { days: Number(days) }) };
}

type Outcome = CleanReport['certificates'][number]['outcome'];

export const outcomeWords: Readonly<Record<Outcome, StateWords>> = {
  would_be_removed: { word: 'would go', color: 'orange' },
  removed: { word: 'removed', color: 'teal' },
  failed: { word: 'failed', color: 'red' },
  kept: { word: 'stays', color: 'gray' },
};

/** How many certificates would go of those that are listed. */
export const goingOf = ({ certificates }: Pick<CleanReport, 'certificates'>): number => certificates.filter(({ outcome }) => outcome === 'would_be_removed').length;
