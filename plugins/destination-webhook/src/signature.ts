import { createHmac } from 'node:crypto';

/** What a receiver checks a message by: HMAC-SHA256, in hex, over the timestamp, a dot, and the body as it was sent; the query where there is no body. */
export function signatureOf(secret: string, timestamp: string, content: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${content}`).digest('hex')}`;
}
