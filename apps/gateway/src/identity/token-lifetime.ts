const longestSeconds = 365 * 86_400;
const units = new Map([
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/** Life of a token in seconds: a number of days (also as text), or `30m`, `12h`; null for anything else. */
export function parseLifetime(value: number | string): number | null {
  const match = /^\s*(\d{1,7})\s*([mhd])?\s*$/.exec(String(value));
  if (match === null) return null;
  const seconds = Number(match[1]) * (units.get(match[2] ?? 'd') ?? 0);
  return seconds > 0 && seconds <= longestSeconds ? seconds : null;
}
