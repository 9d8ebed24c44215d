import { AppError } from '@sifaka/kernel';
import type { Hop } from './guarded-fetch.js';

/** An API that needs more is lost. */
const maxRedirects = 5;

/** What every server may know of a request. API keys come in headers of any name, so that only these go on to another origin. */
const harmlessHeaders = new Set(['accept', 'accept-language', 'user-agent']);

/**
 * Where a redirect leads (RFC 9110 section 15.4); null when the answer is none.
 *
 * @throws AppError `upstream_failed`, reason `outbound.redirect`, for one that is not followed: one too many, from HTTPS to HTTP, to another
 *   scheme, or with the request's content to another origin
 */
export function nextHop(hop: Hop, status: number, location: string | null, count: number): Hop | null {
  if (!redirects.has(status) || location === null) return null;
  const from = hop.url.host;
  if (count >= maxRedirects) throw refused(from, `redirects more than ${maxRedirects} times`);
  const url = addressOf(location, hop.url);
  if (url === null) throw refused(from, 'redirects to something that is no address');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(from, `redirects to an address of scheme ${url.protocol}`);
  if (url.username !== '' || url.password !== '') throw refused(from, 'redirects to an address with a password in it');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') throw refused(from, 'redirects from HTTPS to HTTP, which would be read on the way');

  const isSameOrigin = url.origin === hop.url.origin;
  const becomesGet = (status === 303 && hop.method !== 'HEAD') || ((status === 301 || status === 302) && hop.method === 'POST');
  const body = becomesGet ? null : hop.body;
  if (body !== null && !isSameOrigin) throw refused(from, `redirects to ${url.host}, which would be given the content of the request: set the address to that host if it is the right one`);
  if (hop.url.hash !== '' && url.hash === '') url.hash = hop.url.hash;
  return { url, method: becomesGet ? 'GET' : hop.method, headers: headersFor(hop.headers, { isSameOrigin, hasBody: body !== null }), body, isOwnOrigin: hop.isOwnOrigin && isSameOrigin };
}

const redirects = new Set([301, 302, 303, 307, 308]);

function headersFor(headers: Headers, { isSameOrigin, hasBody }: { isSameOrigin: boolean; hasBody: boolean }): Headers {
  return new Headers([...headers].filter(([name]) => (isSameOrigin ? hasBody || !name.startsWith('content-') : harmlessHeaders.has(name))));
}

function addressOf(location: string, base: URL): URL | null {
  try {
    return new URL(location, base);
  } catch {
    return null;
  }
}

const refused = (from: string, what: string): AppError => new AppError('upstream_failed', `${from}: ${what}`, { reason: 'outbound.redirect' });
