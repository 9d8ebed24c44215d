import type { IncomingMessage } from 'node:http';
import { AppError } from '@sifaka/kernel';
import { refusalOf } from './refusal.js';

/**
 * Below `/ocsp/` whatever follows is for the responder to refuse, in its own protocol: an address whose percent-encoding is broken is
 * read as the characters that it has.
 */
export function readableAddress({ url = '/' }: { url?: string | undefined }): string {
  if (!url.startsWith('/ocsp/') || isDecodable(url)) return url;
  return url.replaceAll('%', '%25');
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

/** Addresses that Fastify cannot route, for broken percent-encoding or a segment that no name is as long as. */
export function refuseAddress(_error: unknown, _request: unknown, { raw }: { raw: RawAnswer }): void {
  const { status, body } = refusalOf(new AppError('not_found', 'there is nothing at this address', { reason: 'http.no_route' }), null);
  raw.statusCode = status;
  raw.setHeader('content-type', 'application/json; charset=utf-8');
  raw.end(JSON.stringify(body));
}

/** What answers of HTTP/1 and HTTP/2 have in common. */
interface RawAnswer {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

/** What is read of a too large body before the answer is given all the same. */
const maxBytes = 64 * 1024 * 1024;
const maxMs = 10_000;

/**
 * Reads the rest of a body and throws it away: a client that is still sending when the connection closes hears an error of
 * the network instead of the answer.
 */
export function readAway(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = maxBytes;
    const timer = setTimeout(resolve, maxMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) done();
    });
    for (const event of ['end', 'close', 'error']) request.once(event, done);
    request.resume();
  });
}
