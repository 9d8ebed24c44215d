import type { RenewalRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { renewalVerdict, type RenewalCandidate, type RenewalVerdict } from '@sifaka/policy';
import { successorOf, windowOf, type RenewalFacts, type StoredRenewal } from './renewal-facts.js';

/** An authority that is left alone for a while after faults of its own. */
export interface PausedAuthority {
  readonly name: string;
  readonly failingSince: Date;
  readonly pausedUntil: Date;
  readonly lastError: string;
}

/** Who will renew a certificate, where it is known that this will be refused. */
export interface InactiveAuthority {
  readonly name: string;
}

interface Standing {
  facts: RenewalFacts;
  /** Null: nothing is planned yet, or nothing will be. */
  stored: StoredRenewal | null;
  isFiltered: boolean;
  paused: PausedAuthority | null;
  /** Null: the authority that renews it is active. */
  inactive: InactiveAuthority | null;
}

/** What will become of a certificate, when and why. */
export function renewalRecord({ facts, stored, isFiltered, paused, inactive }: Standing, now: Date): RenewalRecord {
  const verdict = verdictOf(facts, isFiltered);
  const tried = {
    attempts: stored?.attempts ?? 0,
    lastError: stored?.lastError ?? null,
    lastAttemptAt: orNull(stored?.lastAttemptAt),
    pendingCertificateId: stored?.pendingCertificateId ?? null,
  };
  const window = windowOf(facts);
  const isPlanned = stored?.windowStart?.getTime() === window.start.getTime();
  const plannedAt = (isPlanned ? stored.plannedAt : null) ?? window.plannedAt;
  const tries = stateOf(verdict, stored, { isPlanned, plannedAt, now });
  const state = inactive !== null && waiting.has(tries) ? 'failing' : tries;
  if (state === 'off' || state === 'renewed') {
    const reason = verdict.isWanted ? '' : verdict.reason;
    return { certificateId: facts.id, state, reason, ...never, ...tried, successorId: successorOf(facts)?.id ?? null };
  }
  return {
    certificateId: facts.id,
    state,
    reason: [window.reason, ...(inactive !== null && state === 'failing' ? [inactiveWords(inactive)] : waitingWords(state, tried.lastError, paused, now))].join('; '),
    windowStart: timestamp(window.start),
    plannedAt: timestamp(plannedAt),
    lateAt: timestamp(window.lateAt),
    isLate: now >= window.lateAt,
    ...tried,
    nextTryAt: tries === 'failing' ? orNull(stored?.nextTryAt) : null,
    successorId: null,
  };
}

export const verdictOf = (facts: RenewalFacts, isFiltered: boolean): RenewalVerdict => renewalVerdict(candidateOf(facts, isFiltered));

export function candidateOf(facts: RenewalFacts, isFiltered: boolean): RenewalCandidate {
  const { rotation, status, isDeleted, isAuthorityCertificate, hasKey, hasRequest } = facts;
  return {
    ...{ rotation, status, isDeleted, isAuthorityCertificate, hasKey, isFiltered },
    isOnHold: status === 'revoked' && facts.revocationReason === 'certificateHold',
    replacedBy: successorOf(facts)?.name ?? null,
    authorityName: facts.authority?.name ?? null,
    hasForeignRequest: hasRequest && !hasKey,
  };
}

const never = { windowStart: null, plannedAt: null, lateAt: null, isLate: false, nextTryAt: null };

interface Plan {
  /** Whether what is stored is the plan of today; else it is about to be planned anew, and the times in the row mean nothing. */
  isPlanned: boolean;
  plannedAt: Date;
  now: Date;
}

function stateOf(verdict: RenewalVerdict, stored: StoredRenewal | null, { isPlanned, plannedAt, now }: Plan): RenewalRecord['state'] {
  if (!verdict.isWanted && verdict.isReplaced) return 'renewed';
  if (stored?.state === 'running' || stored?.state === 'pending') return stored.state;
  if (!verdict.isWanted) return 'off';
  if ((stored?.attempts ?? 0) > 0 && stored?.lastError !== null) return 'failing';
  const heldUntil = isPlanned ? (stored?.nextTryAt ?? plannedAt) : plannedAt;
  return plannedAt <= now && heldUntil <= now ? 'due' : 'planned';
}

const waiting: ReadonlySet<RenewalRecord['state']> = new Set<RenewalRecord['state']>(['planned', 'due', 'failing']);

const inactiveWords = ({ name }: InactiveAuthority): string => `authority "${name}" is not active, and issues nothing until it is`;

function waitingWords(state: RenewalRecord['state'], lastError: string | null, paused: PausedAuthority | null, now: Date): string[] {
  if (state !== 'planned' && paused !== null && paused.pausedUntil > now) {
    return [`authority "${paused.name}" has not answered since ${timestamp(paused.failingSince)} (${paused.lastError}), and is asked again at ${timestamp(paused.pausedUntil)}`];
  }
  switch (state) {
    case 'due':
      return ['its turn comes as fast as the authority may be asked'];
    case 'failing':
      return [`the last attempt failed: ${lastError ?? 'for an unknown reason'}`];
    case 'pending':
      return ['the authority was asked and answers later'];
    default:
      return [];
  }
}

const orNull = (date: Date | null | undefined): string | null => (date === null || date === undefined ? null : timestamp(date));
