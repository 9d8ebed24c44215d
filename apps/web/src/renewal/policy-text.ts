interface Lead {
  days: number;
  hours?: number | undefined;
  lifetimeFraction?: number | null | undefined;
}

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** How a rotation policy reads: a fraction of the lifetime wins over days and hours, which add up. */
export function policyText({ days, hours = 0, lifetimeFraction = null }: Lead): string {
  if (lifetimeFraction !== null) return `when ${Math.round(lifetimeFraction * 1_000) / 10} % of its life is left`;
  const parts = [...(days > 0 ? [counted(days, 'day')] : []), ...(hours > 0 ? [counted(hours, 'hour')] : [])];
  return parts.length === 0 ? 'never' : `${parts.join(' and ')} before its end`;
}
