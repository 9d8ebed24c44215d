import { refuse, type Refusal } from '../chain.js';
import type { IssuanceAsk, IssuanceInput, IssuingAuthority } from './issuance-input.js';

interface ValiditySettings {
  now: Date;
  authority: Pick<IssuingAuthority, 'validity' | 'defaultValidityDays'> | null;
  /** For a root when nothing is asked. */
  defaultValidityDays: number;
  allowWeekendExpiration: boolean;
}

type AskedValidity = Pick<IssuanceAsk, 'validityStart' | 'validityEnd' | 'validityYears'>;

/**
 * From when to when, in whole seconds.
 *
 * Years win over dates, no answer takes the authority's default. Dates are compared by day with the authority's own (VA-3), but
 * a certificate never outlives its issuer: within the first and the last day the exact moment is the authority's.
 */
export function resolveValidity(ask: AskedValidity, settings: ValiditySettings): { asked: { start: Date; end: Date }; notBefore: Date; notAfter: Date } {
  const asked = askedValidity(ask, settings);
  const issuer = settings.authority?.validity ?? null;
  if (issuer === null) return { asked, notBefore: asked.start, notAfter: asked.end };
  const isEarly = asked.start < issuer.notBefore && isSameDay(asked.start, issuer.notBefore);
  const isLate = asked.end > issuer.notAfter && isSameDay(asked.end, issuer.notAfter);
  return { asked, notBefore: isEarly ? issuer.notBefore : asked.start, notAfter: isLate ? issuer.notAfter : asked.end };
}

/** Start and end come as a pair. */
export function validityIsPair({ ask }: IssuanceInput): Refusal | null {
  if (isTruthy(ask.validityYears) || (ask.validityStart === null) === (ask.validityEnd === null)) return null;
  const [given, missing] = ask.validityStart === null ? ['validityEnd', 'validityStart'] : ['validityStart', 'validityEnd'];
  return refuse('Schema.validity', `${given} is given without ${missing}: give both, validityYears, or none`, 'policy.validity_incomplete');
}

export function startsBeforeItEnds({ draft: { asked } }: IssuanceInput): Refusal | null {
  if (asked.start < asked.end) return null;
  return refuse('Schema.validity', `start ${text(asked.start)} must be before end ${text(asked.end)}`, 'policy.validity_order');
}

/** What DER can write (RFC 5280 §4.1.2.5), with the century before 1950 left out. */
export function validityCanBeEncoded({ draft: { asked } }: IssuanceInput): Refusal | null {
  const years = [asked.start.getUTCFullYear(), asked.end.getUTCFullYear()];
  if (years.every((year) => year >= 1950 && year <= 9999)) return null;
  return refuse('Schema.validity', 'dates must lie between the years 1950 and 9999', 'policy.validity_range');
}

/** VA-3 for certificates and for the authorities below an authority alike. */
export function validityWithinAuthority({ draft: { asked }, authority }: IssuanceInput): readonly Refusal[] {
  const issuer = authority?.validity ?? null;
  if (authority === null || issuer === null) return [];
  const refusals: Refusal[] = [];
  if (day(asked.start) < day(issuer.notBefore)) {
    refusals.push(refuse('Schema.validityStart', `${text(asked.start)} is before authority "${authority.name}" begins, ${text(issuer.notBefore)}`, 'policy.validity_before_authority'));
  }
  if (day(asked.end) > day(issuer.notAfter)) {
    refusals.push(refuse('Schema.validityEnd', `${text(asked.end)} is after authority "${authority.name}" ends, ${text(issuer.notAfter)}`, 'policy.validity_after_authority'));
  }
  return refusals;
}

/** VA-6 for dates that the caller chose; computed ones were moved. */
export function doesNotEndAtWeekend({ ask, draft: { asked }, allowWeekendExpiration }: IssuanceInput): Refusal | null {
  if (allowWeekendExpiration || ask.validityEnd === null || isTruthy(ask.validityYears) || weekendDays(asked.end) === 0) return null;
  return refuse('Schema.validityEnd', `${text(asked.end)} is a ${asked.end.getUTCDay() === 6 ? 'Saturday' : 'Sunday'}: certificates of this installation do not expire at weekends`, 'policy.validity_weekend');
}

function askedValidity(ask: AskedValidity, { now, authority, defaultValidityDays, allowWeekendExpiration }: ValiditySettings): { start: Date; end: Date } {
  const off = (end: Date) => (allowWeekendExpiration ? end : new Date(end.getTime() - weekendDays(end) * dayMs));
  const start = wholeSeconds(now);
  if (isTruthy(ask.validityYears)) return { start, end: off(yearsLater(start, ask.validityYears)) };
  if (ask.validityStart !== null || ask.validityEnd !== null) {
    return { start: wholeSeconds(ask.validityStart ?? now), end: wholeSeconds(ask.validityEnd ?? ask.validityStart ?? now) };
  }
  const issuer = authority?.validity ?? null;
  const end = new Date(start.getTime() + (authority?.defaultValidityDays ?? defaultValidityDays) * dayMs);
  return { start, end: off(issuer !== null && end > issuer.notAfter ? issuer.notAfter : end) };
}

const dayMs = 24 * 60 * 60_000;

/** Whether the caller said from when to when, or for how long. */
export const asksForValidity = ({ validityStart, validityEnd, validityYears }: AskedValidity): boolean => isTruthy(validityYears) || validityStart !== null || validityEnd !== null;

const isTruthy = (years: number | null): years is number => years !== null && years > 0;
const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1_000) * 1_000);
const day = (date: Date): number => Math.floor(date.getTime() / dayMs);
const isSameDay = (a: Date, b: Date): boolean => day(a) === day(b);
const text = (date: Date): string => (Number.isNaN(date.getTime()) ? 'an impossible date' : date.toISOString().replace('.000Z', 'Z'));

/** How many days back the last working day lies: one from Saturday, two from Sunday. */
export const weekendDays = (date: Date): number => ({ 6: 1, 0: 2 })[date.getUTCDay()] ?? 0;

/** 29 February becomes 28 February where there is none. */
function yearsLater(from: Date, years: number): Date {
  const to = new Date(from);
  to.setUTCFullYear(from.getUTCFullYear() + years);
  if (to.getUTCMonth() !== from.getUTCMonth()) to.setUTCDate(0);
  return to;
}
