import type { SyncRunRecord } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { StateWords } from '../ui/badges.js';

/** One or two words for where a run stands. */
export function stateOf({ state }: Pick<SyncRunRecord, 'state'>): StateWords {
  switch (state) {
    case 'queued':
      return { word: 'waiting', color: 'blue' };
    case 'running':
      return { word: 'looking', color: 'blue' };
    case 'interrupted':
      return { word: 'goes on soon', color: 'orange' };
    case 'succeeded':
      return { word: 'complete', color: 'teal' };
    case 'partial':
      return { word: 'incomplete', color: 'orange' };
    case 'failed':
      return { word: 'failed', color: 'red' };
    default:
      return assertNever(state);
  }
}

export const isUnderWay = ({ state }: Pick<SyncRunRecord, 'state'>): boolean => ['queued', 'running', 'interrupted'].includes(state);

/** Whether the page of a source should be read again soon. */
export const isBeingLookedAt = (source: { lastSync: SyncRunRecord | null } | undefined): boolean => source?.lastSync?.state !== undefined && isUnderWay(source.lastSync);

type Counts = SyncRunRecord['counts'];

const counted = (count: number, one: string, many: string, more: readonly (readonly [number, string])[]): string | null => {
  if (count === 0 && more.every(([some]) => some === 0)) return null;
  const parts = more.flatMap(([some, word]) => (some === 0 ? [] : [`${some} ${word}`]));
  return `${count} ${count === 1 ? one : many}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
};

/** What a run found, in words; what is zero is left out. */
export function countsText(counts: Counts): string[] {
  const { certificatesFound, certificatesNew, certificatesUnlinked, certificatesRefused, endpointsFound, endpointsNew, endpointsChanged, endpointsExpired, endpointsSkipped, faults } = counts;
  const lines = [
    counted(certificatesFound, 'certificate', 'certificates', [
      [certificatesNew, 'new'],
      [certificatesUnlinked, 'gone'],
      [certificatesRefused, 'refused'],
    ]),
    counted(endpointsFound, 'endpoint', 'endpoints', [
      [endpointsNew, 'new'],
      [endpointsChanged, 'changed'],
      [endpointsExpired, 'gone'],
      [endpointsSkipped, 'passed over'],
    ]),
    faults === 0 ? null : faults === 1 ? '1 fault' : `${faults} faults`,
  ].filter((line) => line !== null);
  return lines.length === 0 ? ['nothing found'] : lines;
}

/** Things that a run could not take over. */
export const findingsOf = ({ certificatesRefused, endpointsSkipped, faults }: Counts): number => certificatesRefused + endpointsSkipped + faults;
