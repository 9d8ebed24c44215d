import type { RenewalRecord, TimelineEntry } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { StateWords } from '../ui/badges.js';

/** One or two words for where the renewal of a certificate stands. */
export function stateOf({ state, isLate }: Pick<RenewalRecord, 'state' | 'isLate'>): StateWords {
  switch (state) {
    case 'planned':
      return isLate ? late : { word: 'planned', color: 'teal' };
    case 'due':
      return isLate ? late : { word: 'due', color: 'blue' };
    case 'running':
      return { word: 'being renewed', color: 'blue' };
    case 'pending':
      return isLate ? late : { word: 'the authority answers later', color: 'blue' };
    case 'failing':
      return { word: isLate ? 'late, trying again' : 'trying again', color: isLate ? 'red' : 'orange' };
    case 'renewed':
      return { word: 'renewed', color: 'teal' };
    case 'off':
      return { word: 'not renewed', color: 'gray' };
    default:
      return assertNever(state);
  }
}

const late: StateWords = { word: 'late', color: 'red' };

/** Whether why a certificate is renewed is said elsewhere on the page: by what is next, and by the error of the last attempt. */
export function isReasonTold({ reason, lastError }: Pick<RenewalRecord, 'reason' | 'lastError'>, next: string | null): boolean {
  if (next === null) return false;
  return reason === next || (lastError !== null && reason.startsWith(next) && reason.endsWith(lastError));
}

/** How soon the page is read again: a renewal that is under way ends within seconds, a planned one in days. */
export function refreshMsOf(renewal: Pick<RenewalRecord, 'state'> | undefined): number {
  const isMoving = renewal !== undefined && ['due', 'running', 'pending', 'failing'].includes(renewal.state);
  return isMoving ? 4_000 : 30_000;
}

export const entryWords: Readonly<Record<TimelineEntry['state'], StateWords>> = {
  done: { word: 'done', color: 'teal' },
  planned: { word: 'planned', color: 'blue' },
  late: { word: 'late', color: 'red' },
  failed: { word: 'failed', color: 'red' },
};

type Kind = TimelineEntry['kind'];

/** What a long timeline is narrowed to. */
export const topics = [
  { value: '', label: 'Everything' },
  { value: 'renewal', label: 'Renewal' },
  { value: 'delivery', label: 'Deployments and rotations' },
  { value: 'notification', label: 'Notifications' },
  { value: 'life', label: 'Issuance, revocation and end' },
] as const;
type Topic = (typeof topics)[number]['value'];

export function topicOf(kind: Kind): Topic {
  switch (kind) {
    case 'renewal':
    case 'renewed':
    case 'replaced':
      return 'renewal';
    case 'deployed':
    case 'deployment':
    case 'rotation':
    case 'cleanup':
      return 'delivery';
    case 'notification':
      return 'notification';
    case 'issued':
    case 'imported':
    case 'revoked':
    case 'released':
    case 'deleted':
    case 'expiry':
    case 'check':
      return 'life';
    default:
      return assertNever(kind);
  }
}

export interface Narrowing {
  topic: string;
  isTroubleOnly: boolean;
}

export const isTrouble = ({ state }: Pick<TimelineEntry, 'state'>): boolean => state === 'late' || state === 'failed';

/** What comes, the soonest first and before it what is under way without a time; and what was, the latest first. */
export function split(items: readonly TimelineEntry[], { topic, isTroubleOnly }: Narrowing): { coming: TimelineEntry[]; past: TimelineEntry[] } {
  const wanted = items.filter((item) => (topic === '' || topicOf(item.kind) === topic) && (!isTroubleOnly || isTrouble(item)));
  const isComing = ({ state }: TimelineEntry): boolean => state === 'planned' || state === 'late';
  const timeOf = ({ at }: TimelineEntry): number => (at === null ? 0 : Date.parse(at));
  return {
    coming: wanted.filter(isComing).sort((a, b) => timeOf(a) - timeOf(b)),
    past: wanted.filter((item) => !isComing(item)).sort((a, b) => timeOf(b) - timeOf(a)),
  };
}

/** The page of what an entry is about; null for what has none. */
export function addressOf(object: TimelineEntry['object']): string | null {
  if (object === null) return null;
  const { type, id } = object;
  switch (type) {
    case 'certificate':
      return `/certificates/${id}`;
    case 'pending_certificate':
      return `/pending-certificates/${id}`;
    case 'notification':
      return `/notifications/${id}`;
    case 'endpoint':
      return `/endpoints/${id}`;
    case 'destination':
      return `/destinations/${id}`;
    case 'delivery':
      return `/deliveries?show=${id}`;
    case 'deployment':
    case 'rotation':
      return null;
    default:
      return assertNever(type);
  }
}
