/** Nobody waits longer than a week for a CA that asks for it. */
const longestMs = 7 * 86_400_000;

/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110 section 10.2.3: seconds, or an HTTP date); null for none, and for text
 * that is neither.
 */
export function retryAfterMs(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,12}$/.test(text)) return Math.min(Number(text) * 1_000, longestMs);
  if (!/^[A-Za-z]{3,9}, .{10,40}$/.test(text) && !asctime.test(text)) return null;
  const at = Date.parse(asctime.test(text) ? `${text} GMT` : text);
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now.getTime(), 0), longestMs);
}

/** The obsolete form without a zone, which means GMT: `Sun Nov  6 08:49:37 1994`. */
const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
