import { AppError } from '@sifaka/kernel';
import type { z } from 'zod';

/** An answer of a CA, read to its end. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** An order of 100 names has 20 kB, a chain of ten certificates 25 kB. */
export const largestAnswerBytes = 512 * 1024;

/** @throws AppError `upstream_failed` for a body that is larger than any honest one */
export async function readAnswer(response: Response, url: string): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    // Leaving the loop cancels what is still to come.
    if (bytes > largestAnswerBytes) throw new AppError('upstream_failed', `${new URL(url).host}: the answer has more than ${largestAnswerBytes} bytes`, { reason: 'acme.too_large' });
    chunks.push(part);
  }
  return { url, status: response.status, headers: response.headers, body: Buffer.concat(chunks) };
}

/** The body as JSON; undefined when it is none. */
export function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @throws AppError `upstream_failed` that says which member is not as RFC 8555 has it */
export function parseAnswer<S extends z.ZodType>(schema: S, answer: Answer, what: string): z.output<S> {
  const json = jsonOf(answer);
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const fault = json === undefined ? 'not JSON' : `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new AppError('upstream_failed', `${new URL(answer.url).host}: the answer is not ${what} as RFC 8555 has it (${fault})`, { reason: 'acme.bad_answer' });
}
