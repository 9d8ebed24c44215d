import { AppError } from '@sifaka/kernel';
import type { Response as UndiciResponse } from 'undici';
import type { Target } from './faults.js';
import type { TimeLimit } from './guarded-fetch.js';

interface ResponseTerms {
  url: string;
  isRedirected: boolean;
  maxBytes: number;
  target: Target;
  limit: TimeLimit;
}

/** An answer of the platform's own class whose body has a limit, counted after decompression. */
export function limitedResponse(answer: UndiciResponse, terms: ResponseTerms): Response {
  const { target, maxBytes, limit, url, isRedirected } = terms;
  const declared = Number(answer.headers.get('content-length') ?? 0);
  if (declared > maxBytes) {
    void answer.body?.cancel().catch(() => undefined);
    throw tooLarge(target, maxBytes);
  }
  if (answer.body === null) limit.end();
  const body = answer.body === null ? null : limitedBody(answer.body.getReader(), terms);
  const response = new Response(body, { status: answer.status, statusText: answer.statusText, headers: [...answer.headers] });
  return Object.defineProperties(response, { url: { value: url }, redirected: { value: isRedirected } });
}

/** What of a stream is read. */
interface Chunks {
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
}

function limitedBody(chunks: Chunks, { target, maxBytes, limit }: ResponseTerms): ReadableStream<Uint8Array> {
  let count = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.read();
        if (done) {
          limit.end();
          controller.close();
          return;
        }
        if (!(value instanceof Uint8Array)) throw new TypeError('a body of something other than bytes');
        count += value.length;
        if (count > maxBytes) throw tooLarge(target, maxBytes);
        controller.enqueue(value);
      } catch (error) {
        limit.end();
        void chunks.cancel().catch(() => undefined);
        controller.error(limit.faultOf(error, target));
      }
    },
    async cancel(reason) {
      limit.end();
      await chunks.cancel(reason);
    },
  });
}

const tooLarge = ({ host, port }: Target, maxBytes: number): AppError =>
  new AppError('upstream_failed', `${host}:${port}: the answer is larger than ${maxBytes} bytes`, { reason: 'outbound.too_large' });
