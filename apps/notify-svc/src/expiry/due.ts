import type { EndingCertificate } from '@sifaka/contracts';

export const dayMs = 86_400_000;

/** When a certificate ends. */
export interface Span {
  notAfter: Date;
}

/** Something that is told at one interval before an end, to somebody. */
export interface Noticing {
  intervalDays: number;
  /** Who is told in the end, and where: of what one audience missed only the nearest is told. */
  audience: string;
}

/** Whole days that are left, as Lemur counts them; negative after the end. */
export const wholeDaysLeft = ({ notAfter }: Span, now: Date): number => Math.floor((notAfter.getTime() - now.getTime()) / dayMs);

/**
 * From when on an interval is due: a certificate with 30 days and an hour left has 30 days left (domain-rules NX-2). For one that lives no longer than
 * an interval that is from its first day on: of all such intervals it is told once, as `dueNotices` tells the nearest alone.
 */
export const noticeAt = ({ notAfter }: Span, intervalDays: number): Date => new Date(notAfter.getTime() - (intervalDays + 1) * dayMs + 1);

/** Never for what has ended. */
export const isDue = (certificate: Span, intervalDays: number, now: Date): boolean => now < certificate.notAfter && now >= noticeAt(certificate, intervalDays);

/**
 * What of several is told now: for each audience the nearest interval that is due, unless it was told, and nothing of those further away that it
 * missed meanwhile, nor again of those that it was told.
 *
 * @param isTold whether it was told, or passed over
 */
export function dueNotices<N extends Noticing>(certificate: Span, all: readonly N[], isTold: (notice: N) => boolean, now: Date): { tell: N[]; passOver: N[] } {
  const due = all.filter(({ intervalDays }) => isDue(certificate, intervalDays, now));
  const nearest = new Map<string, number>();
  for (const { audience, intervalDays } of due) nearest.set(audience, Math.min(nearest.get(audience) ?? intervalDays, intervalDays));
  const open = due.filter((notice) => !isTold(notice));
  const isNearest = ({ audience, intervalDays }: N) => nearest.get(audience) === intervalDays;
  return { tell: open.filter(isNearest), passOver: open.filter((notice) => !isNearest(notice)) };
}

export type Renewable = Pick<EndingCertificate, 'rotation'> & { renewal: Pick<EndingCertificate['renewal'], 'state' | 'isLate' | 'lateAt'> };

const underway: ReadonlySet<string> = new Set<EndingCertificate['renewal']['state']>(['planned', 'due', 'running', 'pending', 'failing']);

/** Whether renewal is about to settle its end, and in time: then nobody needs to look. As soon as it is late somebody does. */
export function isSettledByRenewal({ rotation, renewal }: Renewable, now: Date): boolean {
  return rotation && underway.has(renewal.state) && !renewal.isLate && renewal.lateAt !== null && new Date(renewal.lateAt) > now;
}

/** Domain-rules NX-1: whatever the case. */
export function isExcluded(name: string, texts: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return texts.some((text) => lower.includes(text.toLowerCase()));
}
