import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a receiver checks a message by: HMAC-SHA256, in hex, over the timestamp, a dot, and the body as it was sent; the query where there is no body. */
export function signatureOf(secret: string, timestamp: string, content: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${content}`).digest('hex')}`;
}

/** Headers that say when a message was signed, in seconds since 1970, and by whom. */
export function signatureHeaders(secret: string, at: Date, content: string): { [timestampHeader]: string; [signatureHeader]: string } {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  return { [timestampHeader]: timestamp, [signatureHeader]: signatureOf(secret, timestamp, content) };
}

export const timestampHeader = 'x-sifaka-timestamp';
export const signatureHeader = 'x-sifaka-signature';

export interface SignedMessage {
  /** As header, null where there is none. */
  timestamp: string | null;
  signature: string | null;
  /** The body as it arrived, byte for byte: not parsed and written again. */
  content: string;
}

/** Why a message is not to be believed; `ok` when it is. */
export type Verdict = 'ok' | 'unsigned' | 'forged' | 'too_old' | 'too_new';

/** A message that was on its way for longer, or comes from a clock that is further off, may be one that somebody sends again. */
const defaultToleranceMs = 300_000;

/**
 * What a receiver does with a message, in this order: is it signed, by one of the secrets, in constant time; is it fresh. Several secrets while
 * one takes the place of another.
 */
export function verify(secrets: readonly string[], { timestamp, signature, content }: SignedMessage, now: Date, toleranceMs = defaultToleranceMs): Verdict {
  if (timestamp === null || signature === null || !/^\d{1,12}$/.test(timestamp)) return 'unsigned';
  if (!secrets.some((secret) => isSame(signature, signatureOf(secret, timestamp, content)))) return 'forged';
  const ageMs = now.getTime() - Number(timestamp) * 1_000;
  if (ageMs > toleranceMs) return 'too_old';
  return ageMs < -toleranceMs ? 'too_new' : 'ok';
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
