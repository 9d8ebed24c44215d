import type { RotationState, RotationStep } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { StateWords } from '../ui/badges.js';

/** One or two words for where a rotation stands. */
export function stateOf({ state, lastError }: { state: RotationState; lastError: string | null }): StateWords {
  switch (state) {
    case 'planned':
      return { word: 'planned', color: 'gray' };
    case 'pending':
      return lastError === null ? { word: 'waiting', color: 'blue' } : { word: 'trying again', color: 'orange' };
    case 'running':
      return { word: 'under way', color: 'blue' };
    case 'succeeded':
      return { word: 'done', color: 'teal' };
    case 'failed':
      return { word: 'failed', color: 'red' };
    default:
      return assertNever(state);
  }
}

export const isUnderWay = ({ state }: { state: RotationState }): boolean => state === 'pending' || state === 'running';

export const stepTitles: Readonly<Record<RotationStep['name'], string>> = {
  deploy: 'Put the new certificate there',
  point: 'Make the endpoint present it',
  verify: 'Ask the endpoint what it presents',
  remove: 'Take the old certificate away',
  undo: 'Put everything back',
};

export const stepStates: Readonly<Record<RotationStep['state'], StateWords>> = {
  planned: { word: 'to do', color: 'gray' },
  done: { word: 'done', color: 'teal' },
  failed: { word: 'failed', color: 'red' },
  skipped: { word: 'left out', color: 'gray' },
};

/** How far it is: "2 of 3 steps". */
export function progressText(steps: readonly Pick<RotationStep, 'state'>[]): string {
  const wanted = steps.filter(({ state }) => state !== 'skipped');
  return `${wanted.filter(({ state }) => state === 'done').length} of ${wanted.length} ${wanted.length === 1 ? 'step' : 'steps'}`;
}
