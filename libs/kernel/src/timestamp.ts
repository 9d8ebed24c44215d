/**
 * A point in time as the API writes it: `2026-03-01T08:00:00+00:00`, with six digits of a second when there is a fraction.
 * Lemur's clients parse this form; not all of them know `Z`.
 */
export function timestamp(date: Date): string {
  const iso = date.toISOString();
  const milliseconds = iso.slice(20, 23);
  return `${iso.slice(0, 19)}${milliseconds === '000' ? '' : `.${milliseconds}000`}+00:00`;
}
