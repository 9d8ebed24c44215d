import { dueNotices, isSettledByRenewal, noticeAt, type Noticing, type Renewable } from './due.js';

/** Of a certificate and the notifications that it has. */
export interface Prospect<N extends Noticing> {
  certificate: Renewable & { notAfter: string };
  noticing: readonly N[];
  isTold: (notice: N) => boolean;
  /** The first run of the task after a time; null when there is none. */
  nextRun: (after: Date) => Date | null;
  now: Date;
}

export interface PlannedNotice<N> {
  notice: N;
  /** When the run begins that tells it; null: only when somebody asks for one. */
  at: Date | null;
  /** Nobody is told if its renewal is done by then. */
  isConditional: boolean;
}

/**
 * What is still to be told of a certificate, each with the first run at or after the instant from which it is due. What that run would pass over,
 * because another notice is nearer by then or the certificate has ended, is left out.
 */
export function plannedNotices<N extends Noticing>({ certificate, noticing, isTold, nextRun, now }: Prospect<N>): PlannedNotice<N>[] {
  const span = { notAfter: new Date(certificate.notAfter) };
  const { lateAt } = certificate.renewal;
  const isConditional = isSettledByRenewal(certificate, now);
  // Until its renewal is late nobody is told, however near the end is.
  const earliest = isConditional && lateAt !== null ? Date.parse(lateAt) : -Infinity;
  return noticing.flatMap((notice) => {
    const dueAt = Math.max(noticeAt(span, notice.intervalDays).getTime(), earliest);
    const at = dueAt > now.getTime() ? nextRun(new Date(dueAt - 1)) : nextRun(now);
    const seenAt = at ?? new Date(Math.max(dueAt, now.getTime()));
    return dueNotices(span, noticing, isTold, seenAt).tell.includes(notice) ? [{ notice, at, isConditional }] : [];
  });
}
