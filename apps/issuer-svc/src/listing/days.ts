const dayMs = 86_400_000;

/** Midnight in UTC: lists count in days, whatever zone the database session is in. */
export const startOfDay = (at: Date): Date => new Date(Math.floor(at.getTime() / dayMs) * dayMs);

export const plusDays = (day: Date, days: number): Date => new Date(day.getTime() + days * dayMs);

/** The same day of another month, or the last one when that month is shorter. */
export function plusMonths(day: Date, months: number): Date {
  const firstOf = (offset: number) => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + offset, 1));
  const last = plusDays(firstOf(months + 1), -1).getUTCDate();
  return plusDays(firstOf(months), Math.min(day.getUTCDate(), last) - 1);
}
