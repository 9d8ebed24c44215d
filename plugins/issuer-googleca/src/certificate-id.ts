import { createHash } from 'node:crypto';

/** Google takes `[a-zA-Z0-9_-]{1,63}`. */
const maxLength = 63;
const maxNameLength = 50;

/** Id of a certificate in its pool: the name that it is for, and a part that stays the same when the request is repeated. */
export function certificateId(commonName: string, requestId: string): string {
  const name = commonName.toLowerCase().replace(/[^a-z0-9-]/g, '_').slice(0, maxNameLength);
  return `${name === '' ? 'certificate' : name}-${digest(requestId)}`.slice(0, maxLength);
}

/** Google wants a UUID; what is none becomes one, always the same. */
export function requestUuid(requestId: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(requestId) && /[1-9a-f]/i.test(requestId)) return requestId.toLowerCase();
  // RFC 9562 section 5.8: version 8 is for one's own making.
  return digest(requestId).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
