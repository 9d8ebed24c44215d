import { AppError } from '@sifaka/kernel';

const dayMs = 86_400_000;

export interface OrderedValidity {
  validityPeriod: '1Y' | '2Y';
  /** `MM/DD/YYYY`; left out where the period alone says it. */
  specificEndDate?: string;
}

/**
 * The end that was asked for in the terms of an order: one or two years, and the day within them.
 *
 * @throws AppError `failed_precondition` for an end that is over, or beyond two years
 */
export function orderedValidity(notAfter: Date, now: Date): OrderedValidity {
  const twoYears = yearsAfter(now, 2);
  if (notAfter <= now) throw new AppError('failed_precondition', `the certificate would end at ${notAfter.toISOString()}, which is over already`, { reason: 'verisign.past_end' });
  if (notAfter > twoYears) throw new AppError('failed_precondition', `the certificate would end at ${notAfter.toISOString()}; Verisign issues for two years at most, until ${twoYears.toISOString()}`, { reason: 'verisign.too_long' });
  const validityPeriod = notAfter <= yearsAfter(now, 1) ? '1Y' : '2Y';
  // Verisign takes a day of its own only when it lies clearly before the end of the two years.
  if (notAfter.getTime() >= twoYears.getTime() - dayMs) return { validityPeriod };
  const [year = '', month = '', day = ''] = notAfter.toISOString().slice(0, 10).split('-');
  return { validityPeriod, specificEndDate: `${month}/${day}/${year}` };
}

function yearsAfter(date: Date, years: number): Date {
  const later = new Date(date);
  later.setUTCFullYear(date.getUTCFullYear() + years);
  return later;
}
