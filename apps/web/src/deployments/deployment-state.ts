import type { DeploymentDetailView, DeploymentView } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { StateWords } from '../ui/badges.js';

type Stand = Pick<DeploymentView, 'state' | 'wanted' | 'isRolledBack' | 'lastError'>;

/** One or two words for where a deployment stands. */
export function stateOf({ state, wanted, isRolledBack, lastError }: Stand): StateWords {
  const isLeaving = wanted === 'removed';
  switch (state) {
    case 'pending':
      if (lastError !== null) return { word: 'trying again', color: 'orange' };
      return { word: isLeaving ? 'to be removed' : 'waiting', color: 'blue' };
    case 'running':
      return { word: isLeaving ? 'being removed' : 'being deployed', color: 'blue' };
    case 'deployed':
      return { word: 'deployed', color: 'teal' };
    case 'failed':
      if (isRolledBack) return { word: 'rolled back', color: 'red' };
      return { word: isLeaving ? 'removal failed' : 'failed', color: 'red' };
    case 'removed':
      return { word: 'removed', color: 'gray' };
    default:
      return assertNever(state);
  }
}

export const isUnderWay = ({ state }: Pick<DeploymentView, 'state'>): boolean => state === 'pending' || state === 'running';

/** What the button does that begins again. Nothing can be done for one that is gone on request. */
export function retryWords({ state, wanted }: Pick<DeploymentView, 'state' | 'wanted'>): string | null {
  if (wanted === 'removed') return state === 'removed' ? null : 'Remove now';
  return 'Deploy now';
}

type Step = DeploymentDetailView['history'][number]['what'];

export const stepWords: Readonly<Record<Step, StateWords>> = {
  requested: { word: 'Requested', color: 'gray' },
  uploading: { word: 'Upload began', color: 'blue' },
  uploaded: { word: 'Uploaded', color: 'blue' },
  verified: { word: 'It is served', color: 'teal' },
  verification_failed: { word: 'It was not served as it should be', color: 'red' },
  rolled_back: { word: 'What was there before is back', color: 'orange' },
  rollback_failed: { word: 'What was there before could not be put back', color: 'red' },
  deployed: { word: 'Deployed', color: 'teal' },
  failed: { word: 'Failed', color: 'red' },
  removal_requested: { word: 'Removal requested', color: 'gray' },
  removed: { word: 'Removed', color: 'gray' },
  adopted: { word: 'Found there already', color: 'teal' },
  skipped: { word: 'Not uploaded', color: 'gray' },
};
