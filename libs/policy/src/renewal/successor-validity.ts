import { weekendDays } from '../issuance/validity.js';

export interface SuccessorTerms {
  readonly now: Date;
  readonly old: { readonly notBefore: Date; readonly notAfter: Date };
  /** Within which the authority issues. */
  readonly authority: { readonly notBefore: Date; readonly notAfter: Date };
  /** Instead of the old certificate's; null: as long as that. */
  readonly validityDays: number | null;
  /** Longest that the authority advises; null: no bound. */
  readonly maxDays: number | null;
  readonly allowsWeekendExpiration: boolean;
}

/** RI-6: from now for as long as the old certificate, within what the authority advises and has left itself; whole seconds. */
export function successorValidity({ now, old, authority, validityDays, maxDays, allowsWeekendExpiration }: SuccessorTerms): { notBefore: Date; notAfter: Date } {
  const start = Math.max(wholeSeconds(now), authority.notBefore.getTime());
  const spanMs = validityDays === null ? old.notAfter.getTime() - old.notBefore.getTime() : validityDays * dayMs;
  const longestMs = maxDays === null ? Infinity : maxDays * dayMs;
  const end = new Date(wholeSeconds(new Date(Math.min(start + Math.min(spanMs, longestMs), authority.notAfter.getTime()))));
  const notAfter = allowsWeekendExpiration ? end : new Date(end.getTime() - weekendDays(end) * dayMs);
  return { notBefore: new Date(start), notAfter };
}

const dayMs = 86_400_000;
const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1_000) * 1_000;
