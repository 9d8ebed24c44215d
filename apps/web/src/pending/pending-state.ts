import type { PendingCertificateView } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';

type Pending = Pick<PendingCertificateView, 'state' | 'settledBy' | 'status' | 'lastError'>;

export interface StateWords {
  word: string;
  color: string;
}

/** One or two words for where a pending certificate stands; colour repeats them. */
export function stateOf({ state, settledBy, lastError }: Pending): StateWords {
  switch (state) {
    case 'waiting':
      if (settledBy === 'upload') return { word: 'needs a signature', color: 'orange' };
      return lastError === null ? { word: 'waiting', color: 'blue' } : { word: 'trying again', color: 'orange' };
    case 'resolved':
      return { word: 'issued', color: 'teal' };
    case 'failed':
      return { word: 'failed', color: 'red' };
    case 'cancelled':
      return { word: 'cancelled', color: 'gray' };
    default:
      return assertNever(state);
  }
}

/** What it waits for, in a sentence. */
export function waitsFor({ settledBy }: Pick<Pending, 'settledBy'>): string {
  switch (settledBy) {
    case 'poll':
      return 'The authority is asked again and again until it answers';
    case 'order':
      return 'The names are being proved to the CA, which then issues';
    case 'upload':
      return 'Somebody has the request signed and brings the certificate';
    default:
      return assertNever(settledBy);
  }
}

/** The last words on it that say more than its state. */
export const lastWords = ({ lastError, status }: Pick<Pending, 'lastError' | 'status'>): string | null => lastError ?? status;

export const attemptsText = (attempts: number): string => (attempts === 1 ? '1 try' : `${attempts} tries`);
