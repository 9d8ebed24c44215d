/** When a rotation policy wants certificates renewed: so long before their end. */
export interface RotationTerms {
  readonly name: string;
  readonly days: number;
  readonly hours: number;
  /** Of the life of each certificate; wins over days and hours. */
  readonly lifetimeFraction: number | null;
}

export interface RenewalTerms {
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly policy: RotationTerms;
  /** It took the place of another certificate by a renewal. */
  readonly isRenewal: boolean;
  /** When its CA would like it to be renewed (RFC 9773). */
  readonly suggested: { readonly start: Date; readonly end: Date } | null;
  /** Its own place among those of the same window, from 0 to 1: see `placeOf`. */
  readonly place: number;
}

/** Within which a certificate is renewed. */
export interface RenewalWindow {
  readonly start: Date;
  readonly plannedAt: Date;
  /** Done by then while nothing goes wrong: a CA may stay away for half of the window from there on. */
  readonly softDeadline: Date;
  /** From then on people are told. */
  readonly lateAt: Date;
  /** They are told once more. */
  readonly lastCallAt: Date;
  readonly end: Date;
  /** For people. */
  readonly reason: string;
}

/** Certificates that name no rotation policy have this one. */
export const defaultPolicyName = 'default';

/**
 * The CA's suggestion wins over the rotation policy, also where it moves the window forward.
 *
 * The policy `default` was chosen by nobody in particular, and what a renewal made is to be used before it is renewed itself: neither
 * begins before half of a life is over, however long before the end the policy would like it. Any other policy of an original
 * certificate is taken at its word. Where its CA asks for it, a renewal is used for a day, or a tenth of its life where that is less.
 */
export function renewalWindow(terms: RenewalTerms): RenewalWindow {
  const { notAfter, place } = terms;
  const { start, spreadMs, reason } = suggestedStart(terms) ?? policyStart(terms);
  const windowMs = Math.max(notAfter.getTime() - start.getTime(), 1);
  const at = (share: number) => new Date(start.getTime() + share * windowMs);
  const plannedAt = new Date(start.getTime() + Math.round(place * (spreadMs ?? windowMs * spreadShare)));
  const softDeadline = new Date(Math.max(at(softShare).getTime(), plannedAt.getTime()));
  return { start, plannedAt, softDeadline, lateAt: at(lateShare), lastCallAt: at(lastCallShare), end: notAfter, reason };
}

/** Evenly spread, and neighbours far from each other: certificates that were issued together have neighbouring ids. */
export const placeOf = (id: number): number => (id * goldenRatio) % 1;

interface Start {
  start: Date;
  /** Those of one window are spread over so long; absent: over a share of the window. */
  spreadMs?: number;
  reason: string;
}

function suggestedStart({ suggested, notBefore, notAfter, isRenewal }: RenewalTerms): Start | null {
  if (suggested === null || suggested.end <= suggested.start || suggested.start >= notAfter) return null;
  const reason = `its CA asks for it between ${minute(suggested.start)} and ${minute(suggested.end)}`;
  const end = Math.min(suggested.end.getTime(), notAfter.getTime());
  // A CA that says "now" of whatever it issues would be asked again and again.
  const earliest = new Date(notBefore.getTime() + Math.min(dayMs, (notAfter.getTime() - notBefore.getTime()) / 10));
  if (!isRenewal || suggested.start >= earliest) return { start: suggested.start, spreadMs: end - suggested.start.getTime(), reason };
  return { start: earliest, ...(end > earliest.getTime() && { spreadMs: end - earliest.getTime() }), reason: `${reason}, but not before ${minute(earliest)}: it is a renewal itself` };
}

function policyStart({ notBefore, notAfter, policy, isRenewal }: RenewalTerms): Start {
  const lifeMs = Math.max(notAfter.getTime() - notBefore.getTime(), 0);
  const wantedMs = wantedLeadMs(policy, lifeMs);
  const mostMs = isRenewal || policy.name === defaultPolicyName ? lifeMs / 2 : lifeMs;
  const start = new Date(notAfter.getTime() - Math.min(wantedMs, mostMs));
  const words = `rotation policy "${policy.name}": ${leadText(policy)}`;
  if (wantedMs <= mostMs) return { start, reason: words };
  return { start, reason: mostMs === lifeMs ? `${words}, which is all its life` : `${words}, but not before half of its life is over` };
}

/** A policy that says nothing means the last day. */
function wantedLeadMs({ days, hours, lifetimeFraction }: RotationTerms, lifeMs: number): number {
  if (lifetimeFraction !== null) return lifeMs * lifetimeFraction;
  return days === 0 && hours === 0 ? dayMs : days * dayMs + hours * hourMs;
}

function leadText({ days, hours, lifetimeFraction }: RotationTerms): string {
  if (lifetimeFraction !== null) return `when ${Number((lifetimeFraction * 100).toFixed(1))} % of its life are left`;
  const parts = [...(days === 0 ? [] : [counted(days, 'day')]), ...(hours === 0 ? [] : [counted(hours, 'hour')])];
  return parts.length === 0 ? 'on its last day' : `${parts.join(' and ')} before its end`;
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
const minute = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const goldenRatio = (Math.sqrt(5) - 1) / 2;
const spreadShare = 0.2;
const softShare = 0.5;
const lateShare = 0.55;
const lastCallShare = 0.9;
